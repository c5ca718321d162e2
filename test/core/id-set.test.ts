/** Sets of ids as bits. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { IdSet } from '../../src/core/id-set.ts'

const members = (set: IdSet) =>
  Array.from({ length: set.size + 40 }, (_, id) => id).filter((id) => set.has(id))

test('holds what a Set holds, after any adding and deleting', () => {
  const steps = fc.integer({ min: 1, max: 100 }).chain((size) =>
    fc.record({
      size: fc.constant(size),
      steps: fc.array(fc.tuple(fc.constantFrom('add', 'delete'), fc.integer({ min: 0, max: size - 1 }))),
    }),
  )
  fc.assert(
    fc.property(steps, ({ size, steps }) => {
      const set = new IdSet(size)
      const model = new Set<number>()
      for (const [step, id] of steps) {
        if (step === 'add') expect(set.add(id)).toBe(set)
        else expect(set.delete(id)).toBe(model.has(id))
        if (step === 'add') model.add(id)
        else model.delete(id)
      }
      expect(members(set)).toEqual([...model].sort((a, b) => a - b))
      expect(members(IdSet.from(size, model))).toEqual(members(set))
      expect(members(IdSet.where(size, (id) => model.has(id)))).toEqual(members(set))
    }),
  )
})

test('has no id outside, whole or not, and says so without a fuss', () => {
  const all = IdSet.where(33, () => true)
  expect(members(all).length).toBe(33)
  for (const id of [-1, 33, 0.5, Number.NaN, 2 ** 32]) expect(all.has(id)).toBe(false)
  for (const id of [33, -1, 0.5, Number.NaN]) expect(all.delete(id)).toBe(false)
  expect(members(all).length).toBe(33)
})

test('keeps the bits behind its last id at 0', () => {
  expect([...IdSet.where(33, () => true).words]).toEqual([0xffffffff, 1])
  expect([...IdSet.where(32, () => true).words]).toEqual([0xffffffff])
  expect(new IdSet(0).words.length).toBe(0)
})

test.each([-1, 0.5, 2 ** 32 + 1, Number.NaN, '5'])('has no size of %j', (size) => {
  expect(() => new IdSet(size as never)).toThrow(
    expect.objectContaining({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('the size of an IdSet must be an integer ≥ 0'),
    }),
  )
})

test.each([-1, 33, 0.5, Number.NaN])('adds no id %j, which no row has', (id) => {
  const error = expect.objectContaining({ code: 'ID_OUT_OF_RANGE', details: { id, size: 33 } })
  expect(() => new IdSet(33).add(id)).toThrow(error)
  expect(() => IdSet.from(33, [1, id])).toThrow(error)
})

test('an id that no row has is shown beside those there are', () => {
  expect(() => new IdSet(33).add(33)).toThrow(
    'id 33 is not in the table: it has 33 rows, with ids from 0 to 32.',
  )
  expect(() => new IdSet(0).add(0)).toThrow('id 0 is not in the table: it has 0 rows.')
})

test('a set of ids that pass a test needs a function, and counts its ids', () => {
  expect(() => IdSet.where(3, 5 as never)).toThrow(
    expect.objectContaining({ code: 'INVALID_ARGUMENT', message: expect.stringContaining('got 5') }),
  )
  expect(IdSet.where(100, (id) => id % 3 === 0).count).toBe(34)
  expect(new IdSet(100).count).toBe(0)
})
