/**
 * The cache in a folder that holds other people's files too: it lists, replaces and removes its own and no
 * others.
 */
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { clearCache, listCache } from '../../src/hub.ts'
import { ownToken } from '../../src/sources/process-token.ts'
import { temporaryName } from '../../src/sources/temporaries.ts'
import { folder, rowspaceWith } from '../cli/command.ts'
import { HEAD_BYTES, hasRowsOf, hubWith, smallModel, TABLE_BYTES } from './models.ts'

const models = {
  'openai/small': { files: { 'model.safetensors': smallModel() } },
  'openai/small-medium': { files: { 'model.safetensors': smallModel(2) } },
}
const KEPT_BYTES = HEAD_BYTES + TABLE_BYTES

function write(path: string, text = 'mine'): string {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
  return path
}

/** Paths of all files and links below a folder. */
const filesOf = (path: string): string[] =>
  readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()

/** Names that strangers give to files, and some that look like the cache's own. */
const STRANGERS = [
  'letter.txt',
  'model.safetensors',
  'photos/2024/cat.jpg',
  'huggingface.co/openai--small/files/0/about.json',
  '0-100-0123456789abcdef0123456789abcdef.part',
  'old.tmp',
  'about.json',
]

/** The folder that the cache made inside of the given one. */
const ownFolder = (cache: string): string => join(cache, 'rowspace-hub-v1')

async function keptModels() {
  const opened = await hubWith({ models })
  const cache = opened.hub.cache as string
  for (const name of Object.keys(models)) (await opened.open(`hf:${name}`)).dispose()
  return { ...opened, cache }
}

describe('strangers’ files', () => {
  test.each([
    ['beside the cache’s folder', ''],
    ['in the cache’s folder', 'rowspace-hub-v1'],
  ])('%s stay whatever is listed and cleared', async (_, below) => {
    const { cache } = await keptModels()
    const [endpoint = ''] = readdirSync(ownFolder(cache)).filter((name) => name.startsWith('127'))
    const places = below === '' ? [cache] : [ownFolder(cache), join(ownFolder(cache), endpoint, 'a--b')]
    const strangers = places.flatMap((place) => STRANGERS.map((name) => write(join(place, name))))
    const long = new Date(2001, 1, 1)
    for (const path of strangers) utimesSync(path, long, long)

    expect(await listCache(cache)).toHaveLength(2)
    expect(await clearCache('hf:openai/small', cache)).toBe(KEPT_BYTES)
    expect(await clearCache(undefined, cache)).toBe(KEPT_BYTES)
    expect(await listCache(cache)).toEqual([])
    for (const path of strangers) expect(readFileSync(path, 'utf8')).toBe('mine')
    // the marker alone is left of the cache
    expect(filesOf(cache)).toEqual([...strangers, join(ownFolder(cache), 'CACHEDIR.TAG')].sort())
  })

  test('a folder of the cache’s name without its marker is a stranger’s, whatever it holds', async () => {
    const { cache } = await keptModels()
    const before = filesOf(cache).filter((path) => !path.endsWith('CACHEDIR.TAG'))
    write(join(ownFolder(cache), 'CACHEDIR.TAG'), 'somebody’s')
    expect(await listCache(cache)).toEqual([])
    expect(await clearCache(undefined, cache)).toBe(0)
    expect(filesOf(cache).filter((path) => !path.endsWith('CACHEDIR.TAG'))).toEqual(before)
  })

  test('in ROWSPACE_CACHE=$HOME: rm --all of the command takes the cache alone', async () => {
    const home = folder()
    const strangers = STRANGERS.map((name) => write(join(home, name)))
    const { endpoint } = await hubWith({ models })
    const environment = { HF_ENDPOINT: endpoint, ROWSPACE_CACHE: home }
    const opened = rowspaceWith(environment, 'nearest', 'hf:openai/small', '0', '-k', '1', '--quiet')
    expect(opened).toMatchObject({ code: 0, stderr: '' })
    const { stdout } = rowspaceWith(environment, 'cache', 'rm', '--all', '--json')
    expect(JSON.parse(stdout)).toMatchObject({ freed: KEPT_BYTES })
    expect(filesOf(home)).toEqual([...strangers, join(ownFolder(home), 'CACHEDIR.TAG')].sort())
  })
})

test('clearing a model leaves the one whose name goes on', async () => {
  const { cache } = await keptModels()
  expect(await clearCache('hf:openai/small', cache)).toBe(KEPT_BYTES)
  expect((await listCache(cache)).map(({ name }) => name)).toEqual([
    'hf:openai/small-medium/model.safetensors',
  ])
})

describe('temporary files', () => {
  /** Names of this process, of one that ended, and of others that rowspace did not make. */
  async function temporaries() {
    const own = await temporaryName()
    const { pid, start } = await ownToken()
    return { living: own, dead: own.replace(`-${pid}-${start}-`, `-${pid}-1-`), strange: 'x.0123abcd.tmp' }
  }
  const spread = (cache: string, names: readonly string[]) => {
    const folders = new Set(filesOf(ownFolder(cache)).map(dirname))
    const paths = [...folders].flatMap((place) => names.map((name) => write(join(place, name), 'half')))
    const long = new Date(2001, 1, 1)
    for (const path of paths) utimesSync(path, long, long)
    return paths
  }

  test('of a living process, and of strangers, stay however old they are', async () => {
    const { cache } = await keptModels()
    const { living, strange } = await temporaries()
    const paths = spread(cache, [living, strange])
    expect(await listCache(cache)).toHaveLength(2)
    await clearCache(undefined, cache)
    for (const path of paths) expect(readFileSync(path, 'utf8')).toBe('half')
  })

  test('of a dead one go when the cache is cleared, and their folders with them; listing removes nothing', async () => {
    const { cache } = await keptModels()
    const { dead } = await temporaries()
    const paths = spread(cache, [dead])
    expect(await listCache(cache)).toHaveLength(2)
    for (const path of paths) expect(readFileSync(path, 'utf8')).toBe('half')
    await clearCache(undefined, cache)
    expect(filesOf(cache)).toEqual([join(ownFolder(cache), 'CACHEDIR.TAG')])
    expect(readdirSync(ownFolder(cache))).toEqual(['CACHEDIR.TAG'])
  })

  test('none is left by an opening, and folders are for their owner alone', async () => {
    const { cache } = await keptModels()
    expect(filesOf(cache).filter((path) => path.endsWith('.tmp'))).toEqual([])
    expect(statSync(ownFolder(cache)).mode & 0o777).toBe(0o700)
  })
})

describe('symbolic links', () => {
  test('to folders are not followed: nothing behind them is listed or removed', async () => {
    const { cache } = await keptModels()
    const elsewhere = folder()
    const { cache: other } = await keptModels()
    const [endpoint = ''] = readdirSync(ownFolder(cache)).filter((name) => name.startsWith('127'))
    const theirs = filesOf(other)
    symlinkSync(join(ownFolder(other), endpoint), join(ownFolder(cache), 'link-0123456789abcdef'))
    symlinkSync(
      join(
        ownFolder(other),
        readdirSync(ownFolder(other)).find((name) => name.startsWith('127'))!,
        'openai--small',
      ),
      join(ownFolder(cache), endpoint, 'openai--link'),
    )
    expect(await listCache(cache)).toHaveLength(2)
    await clearCache(undefined, cache)
    expect(filesOf(other)).toEqual(theirs)
    expect(filesOf(elsewhere)).toEqual([])
  })

  test('the cache’s own folder as a link: nothing is listed or removed', async () => {
    const { cache } = await keptModels()
    const before = filesOf(cache)
    const linked = folder()
    symlinkSync(ownFolder(cache), ownFolder(linked))
    expect(await listCache(linked)).toEqual([])
    expect(await clearCache(undefined, linked)).toBe(0)
    expect(filesOf(cache)).toEqual(before)
  })

  test('to a file are never written through', async () => {
    const { open, cache } = await keptModels()
    const victim = write(join(folder(), 'letter.txt'))
    const known = filesOf(ownFolder(cache)).filter((path) => path.includes('/known/'))
    await clearCache(undefined, cache)
    for (const path of known) {
      mkdirSync(dirname(path), { recursive: true })
      symlinkSync(victim, path)
    }
    using table = await open('hf:openai/small')
    expect(hasRowsOf(table, 1)).toBe(true)
    expect(readFileSync(victim, 'utf8')).toBe('mine')
  })

  test('the folder that the user named may be one', async () => {
    const { cache } = await keptModels()
    const link = join(folder(), 'link')
    symlinkSync(cache, link)
    expect(await listCache(link)).toHaveLength(2)
    await clearCache(undefined, link)
    expect(await listCache(cache)).toEqual([])
  })
})
