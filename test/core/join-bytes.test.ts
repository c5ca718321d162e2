import { expect, test } from 'vitest'
import { joinBytes } from '../../src/core/join-bytes.ts'

const bytes = (...values: number[]) => Uint8Array.from(values)

test('chunks become one array, in order', () => {
  expect(joinBytes([bytes(1, 2), bytes(), bytes(3)])).toEqual(bytes(1, 2, 3))
  expect(joinBytes([])).toEqual(bytes())
  expect(joinBytes([bytes(), bytes()])).toEqual(bytes())
})

test('the only chunk that is not empty is returned itself', () => {
  const chunk = bytes(1, 2)
  expect(joinBytes([chunk])).toBe(chunk)
  expect(joinBytes([bytes(), chunk, bytes()])).toBe(chunk)
})
