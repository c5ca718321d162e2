/** The bench on tiny tables: that it runs, checks answers and prints what it promises. What it measures is not judged. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { figures } from '../../bench/figures/figures.mjs'
import { formatFigures } from '../../bench/figures/format.mjs'
import { meanRecall, oracle } from '../../bench/oracle.mjs'
import { slope } from '../../bench/statistics.mjs'
import { projectPath } from '../shared-data.ts'

const folder = mkdtempSync(join(tmpdir(), 'rowspace-test-bench-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const run = (program: string, ...flags: string[]) =>
  spawnSync(process.execPath, [projectPath(program), ...flags], {
    encoding: 'utf8',
    // not in a newer one
    env: { ...process.env, ROWSPACE_NODE: process.execPath },
  })

interface Result {
  name: string
  group: string
  threads: number
  median: number
  p95: number
  recall?: number
  batchMedian?: number
  ratio: number
  shareOfReading: number
}

test('loops and rowspace in turns, as JSON and as a chart', () => {
  const file = join(folder, 'chart.svg')
  const { stdout, stderr, status } = run(
    'bench/run.mjs',
    ...['--quick', '--json', '--shapes', '1000x64', '--data', 'clustered', '--chart', file],
  )
  expect(stderr).toBe('')
  expect(status).toBe(0)
  const { machine, tables } = JSON.parse(stdout)
  expect(machine.node).toBe(process.version)
  expect(tables).toHaveLength(1)
  expect(tables[0]).toMatchObject({ size: 1000, dimension: 64, data: 'clustered', k: 10 })
  const results: Result[] = tables[0].results
  expect(results.map(({ group }) => group)).toEqual(expect.arrayContaining(['plain', 'rowspace', 'reading']))
  for (const { group, median, p95, recall, ratio, shareOfReading } of results) {
    expect(median).toBeGreaterThan(0)
    expect(p95).toBeGreaterThanOrEqual(median)
    expect(ratio).toBeGreaterThan(0)
    expect(shareOfReading).toBeGreaterThan(0)
    expect(recall).toBe(group === 'reading' ? undefined : 1)
  }
  expect(Math.max(...results.filter(({ group }) => group === 'plain').map(({ ratio }) => ratio))).toBe(1)
  const svg = readFileSync(file, 'utf8')
  expect(svg).toContain('1,000 x 64, clustered')
  expect(svg.match(/<rect x=/g)).toHaveLength(results.length)
  expect(results.filter(({ batchMedian }) => batchMedian !== undefined)).toHaveLength(5)
}, 60_000)

test('a bad option ends in one line that says what is right', () => {
  const { stderr, status } = run('bench/run.mjs', '--data', 'cubic')
  expect(stderr).toBe('--data is outliers, gaussian, clustered or glove; got cubic\n')
  expect(status).toBe(1)
})

test('reading GGUF: a line for each type', () => {
  const { stdout, stderr, status } = run(
    'bench/gguf.mjs',
    '--types',
    'Q4_K,F32',
    '--rows',
    '64',
    '--rounds',
    '1',
  )
  expect(stderr).toBe('')
  expect(status).toBe(0)
  const lines = stdout.trim().split('\n').slice(4)
  expect(lines).toEqual([
    expect.stringMatching(/^\| Q4_K \| 4\.50 \| 0\.0 MB \| [\d,]+ MB\/s \| [\d,]+ MB\/s \| \d/),
    expect.stringMatching(/^\| F32 \| 32\.00 \| 0\.3 MB \| /),
  ])
  expect(run('bench/gguf.mjs', '--types', 'Q9').stderr).toContain('--types are of F32,F16,Q8_0')
})

test('a row that is not among the best is noticed, and one named twice', () => {
  const rows = Float32Array.of(1, 0, 0.8, 0.6, 0, 1, -1, 0)
  const recall = oracle(rows, 2, [Float32Array.of(1, 0)], 2)
  expect(recall(0, [0, 1])).toBe(1)
  expect(recall(0, [1, 0])).toBe(1)
  expect(recall(0, [0, 2])).toBe(0.5)
  expect(recall(0, [0, 0])).toBe(0.5)
  expect(recall(0, [3, 7])).toBe(0)
  expect(meanRecall(recall, [[[0, 1]], [undefined, undefined], [[0, 2]]])).toBe(0.75)
})

test('growth: each shape by rows and by codes, and the slopes', () => {
  const { stdout, stderr, status } = run('bench/growth.mjs', '--quick', '--json')
  expect(stderr).toBe('')
  expect(status).toBe(0)
  const { bySize, byDimension } = JSON.parse(stdout)
  expect(bySize.results.map(({ size }: { size: number }) => size)).toEqual([1024, 4096, 16_384])
  expect(byDimension.results.map(({ dimension }: { dimension: number }) => dimension)).toEqual([64, 256])
  for (const { rows, coded, bytes } of [...bySize.results, ...byDimension.results]) {
    expect(rows).toMatchObject({ codes: 'none', rescored: 0 })
    expect(coded.codes).toMatch(/^int[48]$/)
    expect(coded.resident).toBeGreaterThan(bytes)
    expect(Math.min(coded.making, rows.query, coded.query)).toBeGreaterThan(0)
  }
  expect(Object.keys(bySize.slopes)).toEqual(['making', 'resident', 'query by rows', 'query by codes'])
  expect(slope([1, 2, 3].map((x) => [x, 2 * x + 1]))).toBeCloseTo(2)
}, 60_000)

test('figures: reached, missed and not measured', () => {
  const report = (medians: Record<string, number>, size = 1000) => ({
    size,
    dimension: 64,
    results: Object.entries(medians).map(([name, median]) => ({
      name,
      median,
      group: /JS/.test(name) ? 'plain' : 'rowspace',
    })),
  })
  const wide = report({ 'plain JS': 32, 'rowspace, float32 scan': 8, 'rowspace, certified': 1.4 })
  const rest = { making: { milliseconds: 300 }, memory: {}, call: { microseconds: 2.5 }, sizes: {} }
  const text = formatFigures(figures({ small: report({}), wide, glove: undefined, rest }))
  expect(text).toContain(
    '| f32 scan, one thread, against best plain JS | at least 5 x | missed: 4.00 x (plain JS) |',
  )
  expect(text).toContain('| certified, one thread, against best plain JS | at least 22 x | 22.86 x |')
  expect(text).toContain('| 1,000 x 64: batch of 100 against one by one | at least 1 x | not measured |')
  expect(text).toContain(
    '| a call on a table of one row | at most 2 microseconds | missed: 2.50 microseconds |',
  )
  expect(text).toContain('| making the table with codes | at most 0.24 s | missed: 0.30 s |')
  expect(text).toContain(
    '| whole GloVe: all 19,544 Google analogies, two threads | at most 8 s | not measured |',
  )
})
