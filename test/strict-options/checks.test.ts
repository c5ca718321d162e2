/** Checks of options' values: what they let through, and what their messages say. */
import { expect, test } from 'vitest'
import {
  type Check,
  integerFrom,
  type KeysOf,
  oneOf,
  pickChecked,
  readChecked,
} from '../../src/core/strict-options.ts'

const passed = ([, holds]: Check, values: readonly unknown[]) => values.filter(holds)

test('one of several names', () => {
  expect(oneOf('a', 'b')[0]).toBe("'a' or 'b'")
  expect(oneOf('a', 'b', 'c')[0]).toBe("'a', 'b' or 'c'")
  expect(passed(oneOf('a', 'b'), ['a', 'b', 'c', '', null, ['a']])).toEqual(['a', 'b'])
})

test('an integer from a number on, or up to another', () => {
  expect(integerFrom(1)[0]).toBe('an integer ≥ 1')
  expect(integerFrom(1, 3)[0]).toBe('an integer from 1 to 3')
  const values = [0, 1, 2, 3, 4, 1.5, '2', Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53]
  expect(passed(integerFrom(1), values)).toEqual([1, 2, 3, 4])
  expect(passed(integerFrom(1, 3), values)).toEqual([1, 2, 3])
})

interface Options {
  size?: number | undefined
  kind?: string | undefined
  other?: unknown
}
const KEYS: KeysOf<Options> = { size: integerFrom(1), kind: oneOf('a', 'b'), other: true }

test('a table checks what is given, and nothing else', () => {
  const given = { size: 2, kind: undefined, other: null }
  expect(readChecked<Options>(given, KEYS, 'the options')).toEqual({ size: 2, other: null })
  expect(readChecked<Options>(undefined, KEYS, 'the options')).toEqual({})
  expect(pickChecked<Options>({ ...given, more: 1 } as Options, KEYS)).toEqual({ size: 2, other: null })
  const wrong = () => readChecked<Options>({ size: 0 }, KEYS, 'the options', 'table.')
  expect(wrong).toThrow('table.size must be an integer ≥ 1; got 0.')
  expect(() => pickChecked<Options>({ kind: 'c' }, KEYS)).toThrow(`kind must be 'a' or 'b'; got "c".`)
  expect(() => readChecked<Options>({ sise: 1 } as Options, KEYS, 'the options')).toThrow('unknown key')
})
