/**
 * The rule: options that are not an object, or have a key that is not known, are rejected by every public
 * call.
 */
import { describe, expect, test } from 'vitest'
import { isRowspaceError, type RowspaceError } from '../../src/core/errors.ts'
import { CALLS } from './calls.ts'
import type { Call } from './types.ts'

async function rejection({ call }: Call, options: unknown): Promise<RowspaceError> {
  try {
    await call(options)
  } catch (error) {
    if (isRowspaceError(error, 'INVALID_ARGUMENT')) return error
    throw error
  }
  return expect.fail('should have been rejected')
}

describe.each(Object.entries(CALLS))('%s', (name, call) => {
  const [, parameter] = name.split(' ')

  test('are accepted as they should be', async () => {
    await call.call(call.options)
  })

  test('with an unknown key are rejected by its name', async () => {
    const error = await rejection(call, { ...call.options, noSuchKey: 1 })
    expect(error.message).toMatch(/unknown key "noSuchKey" in .*; did you mean ".+"\? Known keys: /)
    expect(error.details.key).toBe('noSuchKey')
  })

  test('with a key in another case are rejected with the right one', async () => {
    const key = Object.keys(call.options)[0] ?? ''
    const { message } = await rejection(call, { ...call.options, [key.toUpperCase()]: 1 })
    expect(message).toContain(`did you mean "${key}"?`)
  })

  test.each([
    ['null', null],
    ['7', 7],
    ['"text"', 'text'],
    ['Array', [call.options]],
    ['Map', new Map(Object.entries(call.options))],
    ['a function', () => call.options],
    ['true', true],
  ])('that are %s are rejected', async (shown, options) => {
    const { message } = await rejection(call, options)
    expect(message, parameter).toContain(`must be an object; got ${shown}`)
  })
})
