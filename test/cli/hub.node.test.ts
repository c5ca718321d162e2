/** The command on a model of GPT-2's shape by its name: what is fetched, what is cached, what a killed run leaves. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { type HubRequest, type TestHub, testHub } from '../servers/hub-spec.ts'
import { gpt2File } from '../servers/model-names.ts'
import { folder, lastingFolder, rowspaceWith, startWith } from './command.ts'

const NAME = 'hf:openai-community/gpt2'
const [ROWS, DIMENSION] = [50_257, 768]
const TABLE_BYTES = ROWS * DIMENSION * 4
/** What is read of any file when it is opened. */
const HEAD_BYTES = 65_536

const CONFIGURATION = '{"model_type":"gpt2"}'
/** What inspect reads. */
const HEADER_BYTES = HEAD_BYTES + CONFIGURATION.length

const gpt2 = () =>
  ({
    files: {
      'model.safetensors': { kind: 'model', spec: gpt2File(1) },
      'config.json': { kind: 'text', text: CONFIGURATION },
    },
  }) as const

const sum = (requests: readonly HubRequest[]) => requests.reduce((bytes, each) => bytes + each.bytes, 0)

const modelOf = (rate?: number): Promise<TestHub> =>
  testHub({
    models: { 'openai-community/gpt2': gpt2() },
    ...(rate === undefined ? {} : { rate }),
  })

describe('a model of GPT-2’s shape, by name', () => {
  let hub: TestHub
  let cache: string
  const run = (...args: string[]) =>
    rowspaceWith({ HF_ENDPOINT: hub.endpoint, ROWSPACE_CACHE: cache, HF_TOKEN: 'hf_secretsecret' }, ...args)
  const json = (...args: string[]) => {
    const { stdout, stderr, code } = run(...args, '--json', '--quiet')
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 })
    return JSON.parse(stdout)
  }
  beforeAll(async () => {
    hub = await modelOf()
    const made = lastingFolder()
    cache = made.path
    return made.remove
  })

  test('inspect reads the header alone, nearest the one tensor, the second run nothing', async () => {
    expect(json('inspect', NAME)).toMatchObject({
      rows: ROWS,
      dimension: DIMENSION,
      tensor: 'wte.weight',
      // without the 12 causal masks that the file holds
      parameters: 124_439_808,
      tied: true,
      outputTensor: null,
      bytesRead: HEADER_BYTES,
    })
    expect(sum(await hub.log())).toBe(HEADER_BYTES)
    const text = run('inspect', NAME).stdout
    expect(text).toMatch(/share +31\.0 %/)
    expect(text).toMatch(/file +548 MB, of which nothing was fetched: this was cached/)
    expect(text).toMatch(/memory +as f32 15\d MB, 19\d MB with 8-bit codes, 17\d MB with 4-bit ones/)

    const nearest = json('nearest', NAME, ' king', '-k', '3')
    expect(nearest.matches).toHaveLength(3)
    const { length } = await hub.log()
    expect(sum(await hub.log())).toBe(HEADER_BYTES + TABLE_BYTES + 1)

    expect(json('nearest', NAME, ' king', '-k', '3')).toEqual(nearest)
    const { matches } = json('analogy', NAME, 'king - man + woman', '-k', '2', '--offline')
    expect(matches).toHaveLength(2)
    expect(json('inspect', NAME).rows).toBe(ROWS)
    expect(await hub.log()).toHaveLength(length)
  }, 60_000)

  test('cache ls lists what is cached, rm removes it, --offline then fails and says so', () => {
    const file = { name: `${NAME}/model.safetensors`, cachedBytes: HEAD_BYTES + TABLE_BYTES }
    const bytes = HEADER_BYTES + TABLE_BYTES
    const configuration = { name: expect.stringMatching(/^hf:.*@[0-9a-f]{40}\/config\.json$/) }
    expect(json('cache', 'ls')).toMatchObject({ folder: cache, bytes, files: [file, configuration] })
    expect(run('cache', 'ls').stdout).toMatch(
      /hf:openai-community\/gpt2\/model\.safetensors +154 MB +of 548 MB/,
    )
    for (const path of readdirSync(cache, { recursive: true, encoding: 'utf8' })) {
      if (path.endsWith('.json')) expect(readFileSync(join(cache, path), 'utf8')).not.toContain('secret')
    }
    expect(json('cache', 'rm', NAME)).toMatchObject({ freed: bytes })
    expect(json('cache', 'ls', NAME).files).toEqual([])
    const { stderr, code } = run('nearest', NAME, 'king', '--offline')
    expect({ code, stderr }).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^rowspace: .*not in the cache[^\n]*\n$/),
    })
  })
})

test('a run killed half-way resumes; its progress is noted in lines, not with --quiet', async () => {
  const hub = await modelOf(7_000_000)
  const cache = folder()
  const environment = { HF_ENDPOINT: hub.endpoint, ROWSPACE_CACHE: cache }
  const child = startWith(environment, 'nearest', NAME, 'king')
  let stderr = ''
  child.stderr.on('data', (data) => {
    stderr += data
  })
  const ended = new Promise((resolve) => child.on('close', resolve))
  while (!/: \d+ %, [\d.]+ MB of 154 MB read\n/.test(stderr) && child.exitCode === null) await pause(50)
  child.kill('SIGKILL')
  await ended
  await hub.change({})
  // until the server has seen that nobody listens
  await pause(500)
  const before = sum(await hub.log())
  const cached = JSON.parse(rowspaceWith(environment, 'cache', 'ls', '--json').stdout).bytes
  expect(cached).toBeGreaterThan(HEAD_BYTES + TABLE_BYTES / 8)

  const resumed = rowspaceWith(environment, 'nearest', NAME, 'king', '--quiet')
  expect({ code: resumed.code, stderr: resumed.stderr }).toEqual({ code: 0, stderr: '' })
  // one byte more, to see that it is the same file
  expect(sum(await hub.log()) - before).toBe(HEAD_BYTES + TABLE_BYTES - cached + 1)
}, 60_000)

test('two processes that fetch at once leave one whole cache', async () => {
  const hub = await modelOf()
  const environment = { HF_ENDPOINT: hub.endpoint, ROWSPACE_CACHE: folder() }
  const runs = [1, 2].map(() => {
    const child = startWith(environment, 'nearest', NAME, ' king', '--json')
    let stdout = ''
    child.stdout.on('data', (data) => {
      stdout += data
    })
    return new Promise<string>((resolve) => child.on('close', () => resolve(stdout)))
  })
  const [first, second] = await Promise.all(runs)
  expect(JSON.parse(first!).matches).toHaveLength(10)
  expect(second).toBe(first)
  expect(rowspaceWith(environment, 'nearest', NAME, ' king', '--json', '--offline').stdout).toBe(first)
}, 60_000)

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))
