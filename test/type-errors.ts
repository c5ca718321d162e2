/** Type errors of a file of these tests under other settings than the project's. */
import ts from 'typescript'
import { projectPath } from './shared-data.ts'

/** What TypeScript reports of a file of this folder. */
export function typeErrors(name: string, settings: ts.CompilerOptions): string[] {
  const { config } = ts.readConfigFile(projectPath('tsconfig.json'), ts.sys.readFile)
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, projectPath('.'))
  const path = projectPath(`test/${name}`)
  const program = ts.createProgram([path], { ...options, ...settings })
  const found = program.getSemanticDiagnostics(program.getSourceFile(path))
  return found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))
}
