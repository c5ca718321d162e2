/** docs/errors.md has a line for each code, and for nothing else. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { projectPath } from '../shared-data.ts'

test('every code is explained', () => {
  const source = readFileSync(projectPath('src/core/errors.ts'), 'utf8')
  const codes = [...source.matchAll(/^ {2}([A-Z_]+): /gm)].map(([, code]) => code)
  expect(codes.length).toBeGreaterThan(25)
  const page = readFileSync(projectPath('docs/errors.md'), 'utf8')
  expect([...page.matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, code]) => code)).toEqual(codes)
})
