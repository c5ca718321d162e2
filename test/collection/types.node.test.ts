/** Types under the settings that most projects have; `npm run types` checks the same file under this project's stricter ones. */
import ts from 'typescript'
import { expect, test } from 'vitest'
import { projectPath } from '../shared-data.ts'

/** What TypeScript says of a file of this folder under other settings than the project's. */
function messagesOf(name: string, settings: ts.CompilerOptions): string[] {
  const { config } = ts.readConfigFile(projectPath('tsconfig.json'), ts.sys.readFile)
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, projectPath('.'))
  const path = projectPath(`test/collection/${name}`)
  const program = ts.createProgram([path], { ...options, ...settings })
  const found = program.getSemanticDiagnostics(program.getSourceFile(path))
  return found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))
}

test('what may be undefined is no filter, and columns keep their types', { timeout: 120_000 }, () => {
  const usual = { exactOptionalPropertyTypes: false, noUncheckedIndexedAccess: false }
  expect(messagesOf('types.ts', usual)).toEqual([])
})

test('filters can be written without strict', { timeout: 120_000 }, () => {
  const loose = { strict: false, exactOptionalPropertyTypes: false, noUncheckedIndexedAccess: false }
  expect(messagesOf('loose-types.ts', loose)).toEqual([])
})
