/** Types under the settings that most projects have; `npm run types` checks the same file under this project's stricter ones. */
import ts from 'typescript'
import { expect, test } from 'vitest'
import { projectPath } from '../shared-data.ts'

test('what may be undefined is no filter, and columns keep their types', { timeout: 120_000 }, () => {
  const { config } = ts.readConfigFile(projectPath('tsconfig.json'), ts.sys.readFile)
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, projectPath('.'))
  const usual = { ...options, exactOptionalPropertyTypes: false, noUncheckedIndexedAccess: false }
  const program = ts.createProgram([projectPath('test/collection/types.ts')], usual)
  const file = program.getSourceFile(projectPath('test/collection/types.ts'))
  const found = program.getSemanticDiagnostics(file)
  expect(found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))).toEqual([])
})
