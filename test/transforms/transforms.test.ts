/** Transforms by what they must do to the moments of the rows, and what they reject. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { EmbeddingTable } from '../../src/table/embedding-table.ts'
import { allButTheTop, meanRemoval, principalComponents, Transform, whitening } from '../../src/transforms.ts'
import { randomNumbers } from '../oracle/tables.ts'

/** Rows about a common mean whose columns go together and differ in spread; every ninth is zeros. */
function made(size: number, dimension: number, seed: number): Float32Array {
  const random = randomNumbers(seed)
  const mix = Array.from({ length: dimension * dimension }, () => random() * 2 - 1)
  const flat = new Float32Array(size * dimension)
  for (let id = 0; id < size; id++) {
    if (id % 9 === 8) continue
    const source = Array.from({ length: dimension }, (_, i) => (random() + random() - 1) * (i + 1))
    for (let i = 0; i < dimension; i++) {
      flat[id * dimension + i] =
        3 + i + source.reduce((sum, value, j) => sum + value * mix[i * dimension + j]!, 0)
    }
  }
  return flat
}

/** The rows that are not zeros, their mean and covariance. */
function momentsOf(table: EmbeddingTable) {
  const rows = Array.from({ length: table.size }, (_, id) => table.row(id)).filter((row) => row.some(Boolean))
  const d = table.dimension
  const mean = Array.from({ length: d }, (_, i) => rows.reduce((sum, row) => sum + row[i]!, 0) / rows.length)
  const covariance = Array.from({ length: d }, (_, i) =>
    Array.from(
      { length: d },
      (_, j) => rows.reduce((sum, row) => sum + (row[i]! - mean[i]!) * (row[j]! - mean[j]!), 0) / rows.length,
    ),
  )
  return { rows, mean, covariance }
}

/** The axis of the largest variance, by power iteration. */
function topAxis(covariance: readonly number[][]): { axis: number[]; variance: number } {
  let axis = covariance.map((_, i) => 1 + i / 10)
  for (let round = 0; round < 3000; round++) {
    const next = covariance.map((row) => row.reduce((sum, value, i) => sum + value * axis[i]!, 0))
    const length = Math.hypot(...next)
    axis = next.map((value) => value / length)
  }
  const variance = covariance.reduce(
    (sum, row, i) => sum + axis[i]! * row.reduce((s, value, j) => s + value * axis[j]!, 0),
    0,
  )
  return { axis, variance }
}

const cases = fc.record({
  size: fc.integer({ min: 30, max: 120 }),
  dimension: fc.integer({ min: 2, max: 9 }),
  seed: fc.integer({ min: 0, max: 2 ** 30 }),
})
const tokens = (size: number) => Array.from({ length: size }, (_, id) => `t${id}`)

async function check(
  learn: (table: EmbeddingTable) => Promise<Transform>,
  judge: (before: EmbeddingTable, after: EmbeddingTable, transform: Transform) => void,
): Promise<void> {
  await fc.assert(
    fc.asyncProperty(cases, async ({ size, dimension, seed }) => {
      const table = await EmbeddingTable.from(made(size, dimension, seed), {
        dimension,
        tokens: tokens(size),
      })
      const transform = await learn(table)
      const after = await transform.apply(table)
      expect([after.size, after.dimension, after.token(3)]).toEqual([size, transform.dimension, 't3'])
      for (const id of [0, 3]) expect(transform.vector(table.row(id))).toEqual(after.row(id))
      expect(after.row(8).some(Boolean)).toBe(false)
      judge(table, after, transform)
    }),
    { numRuns: 25 },
  )
}

test('meanRemoval: the mean is taken away, and nothing else', () =>
  check(meanRemoval, (before, after) => {
    const { rows, mean } = momentsOf(before)
    for (const value of momentsOf(after).mean) expect(value).toBeCloseTo(0, 4)
    expect(after.row(0)[0]).toBeCloseTo(rows[0]![0]! - mean[0]!, 4)
  }))

test('allButTheTop: nothing is left along the first axis, all of it along the others', () =>
  check(
    (table) => allButTheTop(table, { components: 1 }),
    (before, after) => {
      const { axis, variance } = topAxis(momentsOf(before).covariance)
      const { covariance, mean } = momentsOf(after)
      const left = axis.map((_, i) => axis.reduce((sum, value, j) => sum + value * covariance[i]![j]!, 0))
      for (const value of [...left, ...mean]) expect(Math.abs(value)).toBeLessThan(1e-3 * Math.sqrt(variance))
      const trace = (matrix: readonly number[][]) => matrix.reduce((sum, row, i) => sum + row[i]!, 0)
      expect(trace(covariance) / (trace(momentsOf(before).covariance) - variance)).toBeCloseTo(1, 3)
    },
  ))

test('allButTheTop of two axes: nothing is left along the first two, all of it along the third', async () => {
  const table = await EmbeddingTable.from(made(90, 6, 12), { dimension: 6 })
  const { matrix } = await principalComponents(table, { dimension: 6 })
  const { covariance } = momentsOf(await (await allButTheTop(table, { components: 2 })).apply(table))
  const before = momentsOf(table).covariance
  const along = (axis: number, moments: readonly number[][]) => {
    const row = [...matrix!.subarray(axis * 6, axis * 6 + 6)]
    return moments.reduce(
      (sum, of, i) => sum + row[i]! * of.reduce((s, value, j) => s + value * row[j]!, 0),
      0,
    )
  }
  for (const axis of [0, 1]) expect(Math.abs(along(axis, covariance) / along(0, before))).toBeLessThan(1e-4)
  for (const axis of [2, 3]) expect(along(axis, covariance) / along(axis, before)).toBeCloseTo(1, 3)
})

test('principalComponents: independent, the largest variance first, distances unchanged', () =>
  check(
    (table) => principalComponents(table, { dimension: table.dimension }),
    (before, after) => {
      const { variance } = topAxis(momentsOf(before).covariance)
      const { covariance } = momentsOf(after)
      expect(covariance[0]![0]! / variance).toBeCloseTo(1, 3)
      for (const [i, row] of covariance.entries()) {
        for (const [j, value] of row.entries())
          if (i !== j) expect(Math.abs(value) / variance).toBeLessThan(1e-4)
        if (i > 0) expect(row[i]! / covariance[i - 1]![i - 1]!).toBeLessThan(1.0001)
      }
      const distance = (table: EmbeddingTable) =>
        Math.hypot(...table.row(0).map((value, i) => value - table.row(1)[i]!))
      expect(distance(after) / distance(before)).toBeCloseTo(1, 4)
    },
  ))

test('whitening: variance 1 along every axis', () =>
  check(
    (table) => whitening(table, { epsilon: 0 }),
    (_, after) => {
      for (const [i, row] of momentsOf(after).covariance.entries()) {
        for (const [j, value] of row.entries()) expect(value).toBeCloseTo(i === j ? 1 : 0, 2)
      }
    },
  ))

test('whitening: epsilon is a share of the largest variance that is added to each', async () => {
  const table = await EmbeddingTable.from(made(90, 4, 12), { dimension: 4 })
  const components = await (await principalComponents(table, { dimension: 4 })).apply(table)
  const variances = momentsOf(components).covariance.map((row, i) => row[i]!)
  const white = await (await whitening(table, { epsilon: 0.1 })).apply(table)
  for (const [i, row] of momentsOf(white).covariance.entries()) {
    expect(row[i]).toBeCloseTo(variances[i]! / (variances[i]! + 0.1 * variances[0]!), 3)
  }
})

describe('fewer numbers, and the edges', () => {
  const table = EmbeddingTable.from(made(60, 6, 5), { dimension: 6 })
  test('the first components are the same, however many there are', async () => {
    const [two, six] = await Promise.all(
      [2, 6].map(async (dimension) => principalComponents(await table, { dimension })),
    )
    const row = (await table).row(4)
    expect(two!.vector(row)).toEqual(six!.vector(row).slice(0, 2))
    expect((await whitening(await table, { dimension: 3 })).dimension).toBe(3)
  })
  test('all-but-the-top takes d/100 axes by default', async () => {
    const wide = await EmbeddingTable.from(made(60, 160, 6), { dimension: 160 })
    const row = wide.row(4)
    const unlessTold = (await allButTheTop(wide)).vector(row)
    expect(unlessTold).toEqual((await allButTheTop(wide, { components: 2 })).vector(row))
    expect((await allButTheTop(await table)).vector((await table).row(4))).toEqual(
      (await meanRemoval(await table)).vector((await table).row(4)),
    )
  })
  test('an axis points where its largest coordinate is positive', async () => {
    const { matrix } = await principalComponents(await table, { dimension: 6 })
    for (let axis = 0; axis < 6; axis++) {
      const row = [...matrix!.subarray(axis * 6, axis * 6 + 6)]
      expect(Math.max(...row)).toBe(Math.max(...row.map(Math.abs)))
    }
  })
  test('of coordinates that are equally large, the first is positive', async () => {
    for (const rows of [
      [1, -1, -1, 1],
      [1, 1, -1, -1],
    ]) {
      const two = await EmbeddingTable.from(rows, { dimension: 2 })
      const [first, second] = (await principalComponents(two, { dimension: 1 })).matrix!
      expect([first, second]).toEqual([Math.abs(first!), Math.sign(rows[0]! * rows[1]!) * first!])
    }
  })
  test('a row with some zeros is transformed as others are', async () => {
    const some = await EmbeddingTable.from([0, 5, 2, 0, 1, 1], { dimension: 2 })
    const transform = await meanRemoval(some)
    const after = await transform.apply(some)
    expect([...transform.mean]).toEqual([1, 2])
    expect([...after.row(0), ...after.row(1)]).toEqual([-1, 3, 1, -2])
  })
  test('rows of zeros alone: nothing to subtract, no axis with a variance', async () => {
    const zeros = await EmbeddingTable.from(new Float32Array(6), { dimension: 2 })
    expect([...(await meanRemoval(zeros)).mean]).toEqual([0, 0])
    expect([...(await whitening(zeros)).vector([3, 4])]).toEqual([0, 0])
  })
  test('no component is mean removal', async () => {
    const none = await allButTheTop(await table, { components: 0 })
    const row = (await table).row(4)
    expect(none.vector(row)).toEqual((await meanRemoval(await table)).vector(row))
  })
  test('rows that are all the same have no spread to divide by', async () => {
    const same = await EmbeddingTable.from([1, 2, 1, 2, 1, 2], { dimension: 2 })
    expect([...(await whitening(same)).vector([3, 4])]).toEqual([0, 0])
  })
  test('rows that were not finite stay out of every answer; the others are learned from', async () => {
    const rows = [1, 2, Number.NaN, 1, 3, 4, -2, 1]
    const skip = await EmbeddingTable.from(rows, { dimension: 2, nonFinite: 'skip', tokens: tokens(4) })
    const transform = await meanRemoval(skip)
    expect([...transform.mean]).toEqual([2 / 3, 7 / 3])
    const after = await transform.apply(skip)
    expect([after.skipped, after.token(1), ...after.row(1)]).toEqual([1, 't1', 0, 0])
    expect([...after.nearest(0, { k: 9 }).ids].sort()).toEqual([2, 3])
  })
  test('a table of another dimension', async () => {
    const other = await EmbeddingTable.from([0, 0], { dimension: 2 })
    await expect((await meanRemoval(await table)).apply(other)).rejects.toMatchObject({
      code: 'DIMENSION_MISMATCH',
      details: { actual: 2, expected: 6 },
    })
  })
  test('progress, and a signal', async () => {
    const seen: number[] = []
    await allButTheTop(await table, { onProgress: ({ done, total }) => seen.push(done, total) })
    expect(seen).toEqual([60, 60])
    const signal = AbortSignal.abort(new Error('enough'))
    await expect(meanRemoval(await table, { signal })).rejects.toThrow('enough')
    await expect((await meanRemoval(await table)).apply(await table, { signal })).rejects.toThrow('enough')
  })
  test('a signal stops the first of two readings too', async () => {
    const long = await EmbeddingTable.from(made(600, 2, 1), { dimension: 2 })
    const stop = new AbortController()
    const { gather } = long
    let read = 0
    long.gather = (rows) => {
      stop.abort(new Error('enough'))
      read++
      return gather.call(long, rows)
    }
    await expect(whitening(long, { signal: stop.signal })).rejects.toThrow('enough')
    expect(read).toBe(1)
  })
  test('the error names the option and its value', async () => {
    await expect(allButTheTop(await table, { components: 9 })).rejects.toMatchObject({
      message: 'components must be at most 5; got 9.',
      details: { components: 9 },
    })
    await expect(whitening(await table, { dimension: 8 })).rejects.toMatchObject({
      message: 'dimension must be at most 6; got 8.',
      details: { dimension: 8 },
    })
    expect(() => new Transform(new Float64Array(2), new Float64Array(5), 3)).toThrow(
      expect.objectContaining({ details: { dimension: 3 } }),
    )
  })
  test.each<[string, (table: EmbeddingTable) => unknown, string, string]>([
    ['too many components', (t) => allButTheTop(t, { components: 6 }), 'INVALID_ARGUMENT', 'at most 5'],
    ['half a component', (t) => allButTheTop(t, { components: 0.5 }), 'INVALID_ARGUMENT', '0.5'],
    ['no dimension', (t) => principalComponents(t, { dimension: 0 }), 'INVALID_ARGUMENT', '≥ 1'],
    ['too many', (t) => principalComponents(t, { dimension: 7 }), 'INVALID_ARGUMENT', 'at most 6'],
    [
      'a mean that is none',
      () => new Transform(undefined as never, undefined, 2),
      'LENGTH_MISMATCH',
      'to 2 numbers',
    ],
    [
      'a mean too short',
      () => new Transform(new Float64Array(2), undefined, 3),
      'LENGTH_MISMATCH',
      'to 3 numbers',
    ],
    [
      'a matrix too short',
      () => new Transform(new Float64Array(2), new Float64Array(5), 3),
      'LENGTH_MISMATCH',
      '3 · d',
    ],
    [
      'a matrix that is none',
      () => new Transform(new Float64Array(2), null as never, 2),
      'LENGTH_MISMATCH',
      'a matrix of 2 · d',
    ],
    [
      'epsilon without end',
      (t) => whitening(t, { epsilon: Number.POSITIVE_INFINITY }),
      'INVALID_ARGUMENT',
      'Infinity',
    ],
    ['no table', () => whitening(undefined as never), 'INVALID_ARGUMENT', 'got undefined'],
    ['epsilon as text', (t) => whitening(t, { epsilon: '1' as never }), 'INVALID_ARGUMENT', 'got "1"'],
    ['epsilon below 0', (t) => whitening(t, { epsilon: -1 }), 'INVALID_ARGUMENT', '-1'],
    [
      'a vector of another length',
      async (t) => (await meanRemoval(t)).vector([1]),
      'DIMENSION_MISMATCH',
      '1',
    ],
  ])('%s', async (_, attempt, code, message) => {
    const made = await table
    await expect((async () => attempt(made))()).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message),
    })
  })
})
