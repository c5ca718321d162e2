/** The bench on tiny tables: that it runs, checks answers and prints what it promises. What it measures is not judged. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { meanRecall, oracle } from '../../bench/oracle.mjs'
import { projectPath } from '../shared-data.ts'

const folder = mkdtempSync(join(tmpdir(), 'rowspace-test-bench-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const run = (program: string, ...flags: string[]) =>
  spawnSync(process.execPath, [projectPath(program), ...flags], { encoding: 'utf8' })

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
  // a bar for single queries, one for batches
  const batched = results.filter(({ batchMedian }) => batchMedian !== undefined)
  expect(batched).toHaveLength(4)
  expect(svg.match(/<rect x=/g)).toHaveLength(results.length + batched.length)
}, 15_000)

test('a bad option ends in one line that says what is right', () => {
  const { stderr, status } = run('bench/run.mjs', '--data', 'cubic')
  expect(stderr).toBe('--data is outliers, gaussian, clustered or glove; got cubic\n')
  expect(status).toBe(1)
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
