/**
 * Types under the settings that most projects have; `npm run types` checks the same file under this project's
 * stricter ones.
 */
import { expect, test } from 'vitest'
import { typeErrors } from '../type-errors.ts'

test('what may be undefined is not a filter', { timeout: 120_000 }, () => {
  const usual = { exactOptionalPropertyTypes: false, noUncheckedIndexedAccess: false }
  expect(typeErrors('clickhouse/types.ts', usual)).toEqual([])
})
