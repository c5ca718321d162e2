import { expect, expectTypeOf, test } from 'vitest'
import { isRowspaceError, RowspaceError } from '../../src/core/errors.ts'

test('an error has a code, fields and a cause', () => {
  const cause = new Error('why')
  const error = new RowspaceError('IO', 'no', { path: '/x', cause })
  expect(error).toBeInstanceOf(Error)
  expect(error).toMatchObject({
    name: 'RowspaceError',
    code: 'IO',
    message: 'no',
    details: { path: '/x' },
    cause,
  })
})

test('is distinguished from others, by code too, even from another bundle', () => {
  const error = new RowspaceError('IO', 'no')
  expect(isRowspaceError(error)).toBe(true)
  expect(isRowspaceError(error, 'IO')).toBe(true)
  expect(isRowspaceError(error, 'EXISTS')).toBe(false)
  const foreign = Object.assign(new Error('no'), { name: 'RowspaceError', code: 'IO' })
  expect(isRowspaceError(foreign, 'IO')).toBe(true)
  for (const other of [new Error('no'), undefined, null, 'RowspaceError', { name: 'RowspaceError' }]) {
    expect(isRowspaceError(other)).toBe(false)
  }
})

test('details are typed by code', () => {
  const error: unknown = new RowspaceError('UNKNOWN_TOKEN', 'no', { token: 'kign', similar: 'king' })
  if (!isRowspaceError(error, 'UNKNOWN_TOKEN')) throw error
  expectTypeOf(error.details.similar).toEqualTypeOf<string | undefined>()
  expect(error.details.similar).toBe('king')
  // @ts-expect-error: a detail that the code does not have
  new RowspaceError('OFFLINE', 'no', { status: 404 })
})
