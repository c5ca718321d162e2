/**
 * Types under the settings that most projects have; `npm run types` checks the same file under this project's
 * stricter ones.
 */
import { expect, test } from 'vitest'
import { typeErrors } from '../type-errors.ts'

test('what may be undefined is no filter, and columns keep their types', { timeout: 120_000 }, () => {
  const usual = { exactOptionalPropertyTypes: false, noUncheckedIndexedAccess: false }
  expect(typeErrors('collection/types.ts', usual)).toEqual([])
})

test('filters can be written without strict', { timeout: 120_000 }, () => {
  const loose = { strict: false, exactOptionalPropertyTypes: false, noUncheckedIndexedAccess: false }
  expect(typeErrors('collection/loose-types.ts', loose)).toEqual([])
})
