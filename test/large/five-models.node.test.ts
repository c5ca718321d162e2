/**
 * The five tables as their models are published, opened by name over HTTP from a hub on loopback. `npm run test:large` takes all their rows
 * and prints what it took; the suite takes a tenth of them.
 */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { folder, rowspaceWith } from '../cli/command.ts'
import { type HubRequest, type TestHub, testHub } from '../servers/hub-spec.ts'
import { gpt2File, numberAt } from '../servers/model-names.ts'
import {
  elementsOf,
  type PublishedModel,
  publishedModels,
  repositoryOf,
} from '../servers/published-models.ts'
import { projectPath } from '../shared-data.ts'

const LARGE = process.env.ROWSPACE_LARGE === '1'
/** What opens the tables. */
const NODE = process.env.ROWSPACE_NODE ?? process.execPath
const ROUNDS = LARGE ? 3 : 1
const SMALL = 'small/table'
const MODELS = publishedModels(LARGE ? 1 : 10)
const HEAD_BYTES = 65_536
const TIMEOUT = LARGE ? 600_000 : 60_000

interface Fetched {
  milliseconds: number
  cpuMilliseconds: number
}

interface Report {
  size: number
  dimension: number
  dtype: string
  codes: string
  loadMilliseconds: number
  openMilliseconds: number
  /** Of the load, by all threads: what else the machine does counts less than in the time. */
  cpuMilliseconds: number
  /** A plain `fetch` of the same bytes: thrown away, and written into memory. */
  fetches: Fetched[]
  loadBytes: number
  openBytes: number
  rows: string[]
  nearest: {
    first: { id: number; cosine: number }
    milliseconds: number
    rescored: number
    ids: number[]
    cosines: number[]
    dots: number[]
  }[]
}

test('the counts of tensors and numbers are the published ones', () => {
  for (const { tensors, published, repository } of publishedModels(1)) {
    const weights = tensors.filter(({ name }) => !name.endsWith('.attn.bias'))
    const counted = weights.reduce((sum, tensor) => sum + elementsOf(tensor), 0)
    expect([repository, counted]).toEqual([repository, published])
  }
})

const printed: string[] = []

describe(LARGE ? 'at full shape' : 'at a tenth of the rows', () => {
  let hub: TestHub
  beforeAll(async () => {
    const models = Object.fromEntries(MODELS.map((model) => [model.repository, repositoryOf(model)]))
    const spec = gpt2File(6, { rows: 64, dimension: 16, layers: 1 })
    hub = await testHub({
      models: { ...models, [SMALL]: { files: { 'model.safetensors': { kind: 'model', spec } } } },
    })
  }, 60_000)
  afterAll(() => {
    if (LARGE) console.log(`\n${HEADING}\n${printed.join('\n')}\n`)
  })

  test.each(MODELS.map((model) => [model.repository, model] as const))(
    '%s',
    async (name, model) => {
      const { rows, dimension, dtype, seed } = model
      const tableBytes = rows * dimension * (dtype === 'f32' ? 4 : 2)
      const already = (await hub.log()).length
      const request = {
        queries: [3, Math.floor(rows / 2), rows - 1],
        sample: Array.from({ length: 200 }, (_, index) => Math.floor((index * rows) / 200)),
        rows: [0, 1, Math.floor(rows / 3), rows - 1],
      }
      if (LARGE) await hub.prepare(name)
      const measured = LARGE || model === MODELS[0]
      const own = [hub.endpoint, `hf:${SMALL}`, `hf:${name}`, JSON.stringify(request)]
      const reports: Report[] = []
      let seen: HubRequest[] = []
      // taking turns: a machine that others use is not equally busy all the time
      for (let round = 0; round < ROUNDS; round++) {
        const report = await inItsOwnProcess('open.mjs', ...own)
        if (round === 0) seen = (await hub.log()).slice(already)
        reports.push({ ...report, fetches: measured ? await fetchPlainly(hub.endpoint, model) : [] })
      }
      const report = fastest(reports)
      expect(report).toMatchObject({ size: rows, dimension, dtype })

      const travelled = seen
        .filter(({ place }) => place === 'store')
        .reduce((sum, { bytes }) => sum + bytes, 0)
      expect(travelled).toBeLessThan(tableBytes + 2 * HEAD_BYTES + 200_000)
      expect(travelled).toBeGreaterThanOrEqual(tableBytes)

      report.rows.forEach((base64, index) => {
        const bytes = Buffer.from(base64, 'base64')
        const row = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length))
        expect(row).toEqual(rowOf(seed, request.rows[index]!, dimension))
      })
      request.queries.forEach((query, index) => {
        const { first, ids, cosines, dots } = report.nearest[index]!
        expect(first.id).toBe(query)
        expect(first.cosine).toBeCloseTo(1, 4)
        const expected = nearestInFloat64(seed, query, request.sample, dimension).slice(0, 5)
        expect(ids).toEqual(expected.map(({ id }) => id))
        expected.forEach(({ cosine, dot }, place) => {
          expect(Math.abs(cosines[place]! - cosine)).toBeLessThan(1e-5)
          expect(Math.abs(dots[place]! - dot)).toBeLessThan(1e-5 * dimension)
        })
      })
      // V8 collects what the HTTP client leaves once it is 64 MB
      if (LARGE) expect(report.loadBytes).toBeLessThan(Math.max(tableBytes * 1.15, tableBytes + 100e6))
      printed.push(line(model, reports, tableBytes))
    },
    TIMEOUT,
  )

  test.each(MODELS.map(({ repository }, index) => [repository, index] as const))(
    'inspect %s',
    (name, index) => {
      const { rows, dimension, dtype, tensors, table } = MODELS[index]!
      const environment = { HF_ENDPOINT: hub.endpoint, ROWSPACE_CACHE: folder() }
      const { stdout, stderr } = rowspaceWith(environment, 'inspect', `hf:${name}`, '--json', '--quiet')
      expect(stderr).toBe('')
      const said = JSON.parse(stdout)
      const weights = tensors.filter((tensor) => !tensor.name.endsWith('.attn.bias'))
      const parameters = weights.reduce((sum, tensor) => sum + elementsOf(tensor), 0)
      expect(said).toMatchObject({ rows, dimension, dtype, tensor: table, parameters, tied: index < 3 })
      expect(said.bytesRead / said.fileBytes).toBeLessThan(0.01)
    },
    TIMEOUT,
  )
})

const execute = promisify(execFile)

/** The JSON that a program prints. Not waited for by this process: its hub has to answer. */
async function inItsOwnProcess(program: string, ...own: string[]) {
  const given = [projectPath(`test/large/${program}`), ...own]
  const { stdout } = await execute(NODE, given, { maxBuffer: 1 << 26 })
  return JSON.parse(stdout)
}

/** One `fetch` of the same bytes from the same hub: thrown away, and written into memory. */
async function fetchPlainly(endpoint: string, model: PublishedModel): Promise<Fetched[]> {
  const { files } = repositoryOf(model)
  const [file] = Object.entries(files).find(
    ([, each]) => each.kind === 'model' && each.spec.tensors.some(({ name }) => name === model.table),
  )!
  const url = `${endpoint}/${model.repository}/resolve/main/${file}`
  return [
    await inItsOwnProcess('plain-fetch.mjs', url, model.table, 'discard'),
    await inItsOwnProcess('plain-fetch.mjs', url, model.table, 'write'),
  ]
}

function rowOf(seed: number, id: number, dimension: number): Float32Array {
  return Float32Array.from({ length: dimension }, (_, column) => numberAt(seed, id * dimension + column))
}

function nearestInFloat64(seed: number, query: number, sample: readonly number[], dimension: number) {
  const vector = rowOf(seed, query, dimension)
  const dotOf = (a: Float32Array, b: Float32Array) =>
    a.reduce((sum, value, column) => sum + value * b[column]!, 0)
  return sample
    .filter((id) => id !== query)
    .map((id) => {
      const row = rowOf(seed, id, dimension)
      const dot = dotOf(vector, row)
      return { id, dot, cosine: dot / Math.sqrt(dotOf(vector, vector) * dotOf(row, row)) }
    })
    .sort((a, b) => b.cosine - a.cosine || a.id - b.id)
}

const HEADING = `| model | table | files | load | | of a plain fetch, thrown away | of one, written down | CPU: load, fetch, written fetch | memory of the load / table | opened, with codes | memory then | nearest, k = 10 | rows scored |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |`

/** The fastest load, and the fastest fetches. */
function line(
  { repository, rows, dimension, files }: PublishedModel,
  reports: Report[],
  bytes: number,
): string {
  const report = fastest(reports)
  const { dtype, loadMilliseconds, openMilliseconds, loadBytes, openBytes, nearest } = report
  const median = (numbers: number[]) => numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)]!
  const least = (of: keyof Fetched, which: number) =>
    Math.min(...reports.map(({ fetches }) => fetches[which]?.[of] ?? Number.NaN))
  const share = (which: number) => `${((100 * least('milliseconds', which)) / loadMilliseconds).toFixed(0)} %`
  const cpu = [
    Math.min(...reports.map(({ cpuMilliseconds }) => cpuMilliseconds)),
    least('cpuMilliseconds', 0),
    least('cpuMilliseconds', 1),
  ]
  const cells = [
    repository,
    `${rows.toLocaleString('en-US')} x ${dimension.toLocaleString('en-US')} ${dtype}, ${(bytes / 1e6).toFixed(0)} MB`,
    String(files),
    `${(loadMilliseconds / 1000).toFixed(2)} s`,
    `${(bytes / 1000 / loadMilliseconds).toFixed(0)} MB/s`,
    share(0),
    share(1),
    `${cpu.map((milliseconds) => (milliseconds / 1000).toFixed(2)).join(', ')} s`,
    (loadBytes / bytes).toFixed(2),
    `${(openMilliseconds / 1000).toFixed(2)} s`,
    (openBytes / bytes).toFixed(2),
    `${median(nearest.map(({ milliseconds }) => milliseconds)).toFixed(1)} ms, ${report.codes}`,
    median(nearest.map(({ rescored }) => rescored)).toLocaleString('en-US'),
  ]
  return `| ${cells.join(' | ')} |`
}

function fastest(reports: readonly Report[]): Report {
  return reports.reduce((a, b) => (a.loadMilliseconds <= b.loadMilliseconds ? a : b))
}
