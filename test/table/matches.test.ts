import { expect, test } from 'vitest'
import { Matches } from '../../src/table/matches.ts'

const matches = new Matches(
  Uint32Array.of(7, 2),
  Float32Array.of(0.5, 0.25),
  Float32Array.of(3, 4),
  (id) => ({ id, token: `t${id}` }),
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
  const nameless = new Matches(Uint32Array.of(1), Float32Array.of(1), Float32Array.of(1), (id) => ({
    id,
    token: undefined,
  }))
  expect(JSON.stringify(nameless)).toBe('[{"id":1,"cosine":1,"dot":1}]')
})

test('are mapped, and picked by place with what belongs to them', () => {
  expect(matches.map(({ token }, place) => `${place} ${token}`)).toEqual(['0 t7', '1 t2'])
  const picked = matches.pick([1, 0, 1])
  expect(picked).toBeInstanceOf(Matches)
  expect(picked.toArray()).toEqual([second, first, second])
  expect(picked.pick([1]).toArray()).toEqual([first])
  expect(picked.ids).toEqual(Uint32Array.of(2, 7, 2))
  expect(picked.stats).toBe(matches.stats)
  expect(matches.pick([]).toArray()).toEqual([])
})
