/** Bad input as from JavaScript, and the error that it must get. */
import { expect } from 'vitest'
import { type ErrorCode, isRowspaceError } from '../../src/core/errors.ts'

/** Calls without types. */
// biome-ignore lint/suspicious/noExplicitAny: what the types forbid is what is tested
export type Untyped = any

/** A call, the code of its error, and what the message names. */
export type Case = [what: string, action: () => unknown, code: ErrorCode, ...named: (string | RegExp)[]]

/** What a call throws, or what its promise is rejected with. */
export async function failure(action: () => unknown): Promise<Error> {
  try {
    await action()
  } catch (error) {
    return error as Error
  }
  return expect.fail('should have thrown')
}

export async function expectRejection(
  action: () => unknown,
  code: ErrorCode,
  ...named: (string | RegExp)[]
): Promise<void> {
  const error = await failure(action)
  if (!isRowspaceError(error)) throw error
  expect(error.code).toBe(code)
  for (const part of named) expect(error.message).toMatch(part)
}
