/** The core as bindings/ calls it, where a table would never get it wrong. */

import { expect, test } from 'vitest'
import { makeCodes } from '../../bindings/codes.ts'
import type { TableShape } from '../../bindings/layout.ts'
import { MemoryExhaustedError, reserveMemory } from '../../bindings/memory.ts'
import { TableMemory } from '../../bindings/table-memory.ts'
import { loadCore } from '../../src/table/load-core.ts'
import { searchOne } from '../oracle/kernel.ts'

const made = async (shape: TableShape) => TableMemory.create(await loadCore(), reserveMemory(shape))

test('bits of the mask behind the last row are no rows', async () => {
  for (const size of [1, 31, 32, 33, 64, 65]) {
    const memory = await made({
      capacity: 100,
      dimension: 1,
      dtype: 'f32',
      threads: 1,
      codes: false,
    })
    memory.rows.fill(1)
    expect(memory.computeNorms(0, 100)).toBe(100)
    memory.mask.fill(0xffffffff)
    const count = searchOne(memory, memory.queryByVector([1]), {
      size: size,
      allowed: size,
      metric: 'cosine',
      k: 100,
    })
    expect([...memory.ids.subarray(0, count)]).toEqual(Array.from({ length: size }, (_, id) => id))
  }
})

test('nor are they where rows are searched by their codes', async () => {
  for (const size of [161, 162, 163, 1025, 1027]) {
    const memory = await made({
      capacity: 1100,
      dimension: 2,
      dtype: 'f32',
      threads: 1,
      codes: true,
    })
    memory.rows.forEach((_, i) => {
      memory.rows[i] = i % 2 === 0 ? i : 1
    })
    expect(memory.computeNorms(0, 1100)).toBe(1100)
    makeCodes(memory, 1100)
    memory.mask.fill(0xffffffff)
    const count = searchOne(memory, memory.queryByVector([1, 0]), {
      size: size,
      allowed: size,
      metric: 'dot',
      k: 10,
    })
    const last = Array.from({ length: 10 }, (_, place) => size - 1 - place)
    expect([...memory.ids.subarray(0, count)]).toEqual(last)
  }
})

test('norms stop at the first row that is not finite', async () => {
  const memory = await made({
    capacity: 4,
    dimension: 3,
    dtype: 'f32',
    threads: 1,
    codes: false,
  })
  memory.rows.set([0, 3, 4, 0, 0, 0, 1, Number.NaN, 1, 2, 0, 0])
  expect(memory.computeNorms(0, 4)).toBe(2)
  expect([...memory.norms.subarray(0, 3)]).toEqual([Math.fround(0.2), 0, Number.POSITIVE_INFINITY])
  expect(memory.computeNorms(3, 4)).toBe(4)
  expect(memory.norms[3]).toBe(0.5)
})

test('a memory over 4 GiB is not requested', () => {
  const shape = { capacity: 2 ** 30, dimension: 1, dtype: 'f32', threads: 1, codes: false } as const
  expect(() => reserveMemory(shape)).toThrow(MemoryExhaustedError)
})
