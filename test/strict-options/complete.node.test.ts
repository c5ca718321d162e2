/**
 * Finds the parameters of all public functions that take options, by the types of the package's doors:
 * calls.ts must have each.
 */
import { readdirSync } from 'node:fs'
import ts from 'typescript'
import { expect, test } from 'vitest'
import { projectPath } from '../shared-data.ts'
import { CALLS, PENDING } from './calls.ts'

/** src/ holds the doors and nothing else. */
const DOORS = readdirSync(projectPath('src'))
  .filter((name) => name.endsWith('.ts'))
  .map((name) => projectPath(`src/${name}`))
/** Parameters that are objects of named parts, though their names do not say so. */
const NAMED_PARTS = ['options', 'shape', 'expression', 'entry']

function publicParameters(): string[] {
  const file = projectPath('tsconfig.json')
  const { config } = ts.readConfigFile(file, ts.sys.readFile)
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, projectPath('.'))
  const program = ts.createProgram(DOORS, options)
  const checker = program.getTypeChecker()
  const found = new Set<string>()
  const visit = (name: string, signatures: readonly ts.Signature[]) => {
    for (const { parameters } of signatures) {
      for (const { name: parameter } of parameters) {
        // a parameter that is taken apart at once has no name
        if (parameter.startsWith('__')) found.add(`${name} options`)
        else if (NAMED_PARTS.includes(parameter)) found.add(`${name} ${parameter}`)
      }
    }
  }
  const isPublic = ({ name, valueDeclaration }: ts.Symbol) =>
    !name.includes('#') &&
    valueDeclaration !== undefined &&
    (ts.getCombinedModifierFlags(valueDeclaration as ts.Declaration) &
      ts.ModifierFlags.NonPublicAccessibilityModifier) ===
      0
  const signaturesOf = (symbol: ts.Symbol) => checker.getTypeOfSymbol(symbol).getCallSignatures()
  for (const door of DOORS) {
    const module = checker.getSymbolAtLocation(program.getSourceFile(door)!)!
    for (const exported of checker.getExportsOfModule(module)) {
      const isAlias = (exported.flags & ts.SymbolFlags.Alias) !== 0
      const symbol = isAlias ? checker.getAliasedSymbol(exported) : exported
      if ((symbol.flags & ts.SymbolFlags.Value) === 0) continue
      visit(symbol.name, signaturesOf(symbol))
      if ((symbol.flags & ts.SymbolFlags.Class) === 0) continue
      const statics = checker.getTypeOfSymbol(symbol).getProperties()
      const methods = checker.getDeclaredTypeOfSymbol(symbol).getProperties()
      for (const part of statics.filter(isPublic)) visit(`${symbol.name}.${part.name}`, signaturesOf(part))
      for (const part of methods.filter(isPublic)) visit(`${symbol.name}#${part.name}`, signaturesOf(part))
    }
  }
  return [...found]
}

test('every public parameter that takes options rejects unknown keys in a test', {
  timeout: 120_000,
}, () => {
  const parameters = publicParameters()
  expect(parameters).toContain('EmbeddingTable#nearest options')
  expect(parameters).toContain('EmbeddingTable.fill shape')
  const named = (name: string) => name in CALLS || PENDING.includes(name)
  expect(parameters.filter((name) => !named(name))).toEqual([])
})

test('none that is tested is said to be pending', () => {
  expect(PENDING.filter((name) => name in CALLS)).toEqual([])
})
