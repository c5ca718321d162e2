/**
 * The commands on a table on ClickHouse answer as they do on the same table in a file. The server is in memory:
 * test/clickhouse/server/ runs the built command on real ones.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { analogy } from '../../cli/commands/analogy.ts'
import { inspect } from '../../cli/commands/inspect.ts'
import { lookup } from '../../cli/commands/lookup.ts'
import { nearest } from '../../cli/commands/nearest.ts'
import { push } from '../../cli/commands/push.ts'
import { readArguments } from '../../cli/parsing/arguments.ts'
import type { Command } from '../../cli/parsing/command.ts'
import { writeSafetensors } from '../../src/formats/safetensors/writer.ts'
import { writableRows } from '../../src/formats/writable.ts'
import { MemoryEngine } from '../clickhouse/engine/memory-engine.ts'
import { join as joined } from '../formats/files.ts'
import { folder } from './command.ts'

const NAME = 'clickhouse://localhost:8123/default/words'
let engine: MemoryEngine

vi.mock('../../src/clickhouse/client.ts', async (original) => ({
  ...(await original<object>()),
  importClient: async () => engine.createClient,
}))

beforeEach(() => {
  engine = new MemoryEngine()
})
// every command closes what it opened, also after an error
afterEach(() => {
  vi.unstubAllEnvs()
  expect(engine.open).toBe(0)
})

const COMMANDS = { analogy, inspect, lookup, nearest, push } as const
type Name = keyof typeof COMMANDS

function run(name: Name, ...words: string[]) {
  const command: Command = COMMANDS[name]
  return command.run(readArguments(words, command))
}

const WORDS = [
  'king',
  'queen',
  'man',
  'woman',
  '7',
  'New York',
  "it's",
  'the',
  'King',
  'bread',
  'wine',
  'tea',
]

/** Twelve rows of five numbers in a file, with words or without. */
function table(words?: readonly string[]): string {
  const rows = Float32Array.from({ length: 12 * 5 }, (_, i) => Math.sin(i * i + 1) * (1 + (i % 3)))
  const path = join(folder(), 'table.safetensors')
  writeFileSync(path, joined(writeSafetensors(writableRows(rows, 5, words))))
  return path
}

async function uploaded(path: string): Promise<string> {
  await run('push', path, NAME, '--quiet')
  return path
}

/** What a command prints, without the name of the table, its shape and the time. */
async function textOf(command: Name, ...words: string[]): Promise<string> {
  return (await run(command, ...words)).text().replace(/(?<= {2})(\/|clickhouse:)\S*, .*/, '')
}

async function expectSame(command: Name, path: string, ...rest: string[]): Promise<void> {
  const own = await run(command, path, ...rest)
  const there = await run(command, NAME, ...rest)
  expect(there.document).toEqual({ ...(own.document as object), table: NAME })
  expect(await textOf(command, NAME, ...rest)).toBe(await textOf(command, path, ...rest))
}

describe('the same answers as of the file', () => {
  test.each<[Name, ...string[]]>([
    ['nearest', 'king'],
    ['nearest', 'king', '-k', '3', '--metric', 'dot'],
    ['nearest', 'king', '--include-inputs', '-k', '2'],
    // digits that are a token, digits that are an id, and an id whatever is a token
    ['nearest', '7'],
    ['nearest', '11'],
    ['nearest', '#7'],
    ['nearest', 'New York'],
    ['analogy', 'king - man + woman', '-k', '4'],
    ['analogy', 'king - man + woman', '--normalize', '--metric', 'dot'],
    ['analogy', 'king - man + woman', '--include-inputs'],
    ['analogy', '0.5 * king - "7" + 7 + 11 - #2'],
    ['analogy', 'king - man', '--baselines', '3'],
    ['analogy', 'king - man', '--baselines', '3', '--seed', '9', '--normalize'],
    // more than there are: all rows but the inputs
    ['analogy', '2 * king - man', '--baselines', '50'],
    ['lookup', 'the King and xyzzy, who?'],
    ['lookup', 'New York'],
    ['lookup', "THE tea it's", '--numbers', '2'],
  ])('%s %j', async (command, ...rest) => {
    await expectSame(command, await uploaded(table(WORDS)), ...rest)
  })

  test.each<[Name, ...string[]]>([
    ['nearest', '7'],
    ['nearest', '#11'],
    ['analogy', '0 - 1 + #2'],
    ['lookup', ' 3  0 '],
  ])('%s %j of rows without tokens', async (command, ...rest) => {
    const path = await uploaded(table())
    await expectSame(command, path, ...rest)
  })
})

test('baselines of a table whose every row is in the expression are none', async () => {
  await uploaded(table(WORDS))
  const all = WORDS.map((_, id) => `#${id}`).join(' + ')
  expect((await run('analogy', NAME, all, '--baselines', '2', '--include-inputs')).document).toMatchObject({
    baselines: [],
  })
})

test.each<[Name, ...string[]]>([
  ['nearest', 'kign'],
  ['nearest', 'kign7'],
  ['nearest', '7th'],
  ['nearest', '#12'],
  ['nearest', '12'],
  ['analogy', 'king - "nobody"'],
  ['analogy', 'king - "11"'],
  ['lookup', 'xyzzy'],
])('%s %j is rejected as it is of the file', async (command, ...rest) => {
  const path = await uploaded(table(WORDS))
  const own = await run(command, path, ...rest).then(
    () => expect.fail('it was answered'),
    (error) => error,
  )
  await expect(run(command, NAME, ...rest)).rejects.toMatchObject({ code: own.code })
})

test.each<[Name, ...string[]]>([
  ['nearest', 'king', '--view'],
  ['nearest', 'king', '--index', 'elsewhere'],
  ['nearest', 'king', '--limit', '3'],
  ['analogy', 'king - man', '--dtype', 'int8'],
  ['analogy', 'king - man', '--offline'],
  ['lookup', 'king', '--counts', 'counts.txt'],
  ['lookup', 'king', '--words', 'words.txt'],
  ['inspect', '--tensor', 'embeddings'],
])('%s %j: an option for files is rejected', async (command, ...rest) => {
  const option = rest.find((word) => word.startsWith('--'))
  await expect(run(command, NAME, ...rest)).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: `${option} is for tables in files and models: leave it out for a table on ClickHouse.`,
  })
})

test('an error that is not about a token is passed on', async () => {
  await uploaded(table(WORDS))
  engine.before = (query) => {
    if (query.includes('min(id)')) throw new Error('Code: 241. Memory limit exceeded')
  }
  await expect(run('nearest', NAME, '7')).rejects.toMatchObject({ message: expect.stringContaining('241') })
})

describe('push', () => {
  test('says what it sent, and the second time that the rows were there', async () => {
    const path = table(WORDS)
    const first = await run('push', path, NAME, '--quiet')
    expect(first.text()).toBe(`${NAME}  12 x 5, 12 rows sent`)
    const document = { in: path, out: NAME, cluster: null, size: 12, dimension: 5 }
    expect(first.document).toEqual({ ...document, sent: 12 })
    const second = await run('push', path, NAME, '--quiet')
    expect(second.text()).toBe(`${NAME}  12 x 5, 0 rows sent, the others were there`)
    expect(second.document).toEqual({ ...document, sent: 0 })
    expect((await run('push', path, NAME, '--quiet', '--overwrite')).document).toEqual({
      ...document,
      sent: 12,
    })
  })

  test('takes no option to leave rows out', () => {
    expect(() => readArguments(['table.npy', NAME, '--non-finite', 'skip'], push)).toThrow(
      'no option --non-finite',
    )
  })

  test('reaches every shard of a cluster by its address, with the user of the environment', async () => {
    engine.clusters = { three: { shards: 2, replicas: 1 } }
    vi.stubEnv('CLICKHOUSE_USER', 'eve')
    vi.stubEnv('CLICKHOUSE_PASSWORD', 'hush')
    const shards = ['http://localhost:8123', 'http://127.0.0.1:8123']
    const servers = shards.flatMap((url) => ['--server', url])
    const { document } = await run('push', table(WORDS), NAME, '--quiet', '--cluster', 'three', ...servers)
    expect(document).toMatchObject({ cluster: 'three', out: NAME })
    for (const configuration of engine.configurations)
      expect(configuration).toMatchObject({ username: 'eve', password: 'hush' })
    expect(new Set(engine.configurations.map(({ url }) => String(url).replace(/\/$/, '')))).toEqual(
      new Set(shards),
    )
  })

  test('after a failure listens to no signal any more', async () => {
    engine.before = () => {
      throw new Error('Code: 516. Authentication failed')
    }
    const before = process.listenerCount('SIGINT')
    await expect(run('push', table(WORDS), NAME, '--quiet')).rejects.toMatchObject({ code: 'ACCESS_DENIED' })
    expect(process.listenerCount('SIGINT')).toBe(before)
  })
})

test('inspect shows what there is', async () => {
  await uploaded(table(WORDS))
  const { document, text } = await run('inspect', NAME)
  expect(document).toMatchObject({
    name: NAME,
    format: 'clickhouse',
    rows: 12,
    dimension: 5,
    dtype: 'f32',
    tokens: true,
    metadata: {},
    server: '1.2.3',
    cluster: null,
    shards: 1,
    storedBytes: 1000,
  })
  expect(text().split('\n')).toEqual([
    NAME,
    '  format    ClickHouse 1.2.3',
    '  table     |V| x d = 12 x 5, f32, stored as f32',
    '  tokens    one per row',
    '  metadata  none',
    '  shards    one server',
    expect.stringMatching(/^ {2}search {4}alone by \S.*, many at once by \S+$/),
    '  stored    1.00 kB',
  ])
})

test('inspect of rows without tokens over the shards of a cluster', async () => {
  engine.clusters = { three: { shards: 3, replicas: 1 } }
  await run('push', table(), NAME, '--quiet', '--cluster', 'three')
  const { document, text } = await run('inspect', NAME)
  expect(document).toMatchObject({ tokens: false, cluster: 'three', shards: 3 })
  expect(text()).toContain('\n  tokens    none\n')
  expect(text()).toContain('\n  shards    3, cluster three\n')
})
