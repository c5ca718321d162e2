import { expect, test } from 'vitest'
import { Matches } from '../../src/table/matches.ts'

const matches = new Matches(
  Uint32Array.of(7, 2),
  Float32Array.of(0.5, 0.25),
  Float32Array.of(3, 4),
  (id) => `t${id}`,
)
const first = { id: 7, token: 't7', cosine: 0.5, dot: 3 }
const second = { id: 2, token: 't2', cosine: 0.25, dot: 4 }

test('are an iterable of objects and three arrays', () => {
  expect([...matches]).toEqual([first, second])
  expect(matches.toArray()).toEqual([first, second])
  expect(matches.length).toBe(2)
  expect([...matches.ids]).toEqual([7, 2])
})

test('are had by place, from either end', () => {
  expect(matches.at(0)).toEqual(first)
  expect(matches.at(-1)).toEqual(second)
  expect(matches.at(2)).toBeUndefined()
  expect(matches.at(-3)).toBeUndefined()
})

test('are an array in JSON, without a token where there is none', () => {
  expect(JSON.parse(JSON.stringify(matches))).toEqual([first, second])
  const nameless = new Matches(Uint32Array.of(1), Float32Array.of(1), Float32Array.of(1), () => undefined)
  expect(JSON.stringify(nameless)).toBe('[{"id":1,"cosine":1,"dot":1}]')
})
