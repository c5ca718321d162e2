/**
 * Mutants of what Stryker does not read (AssemblyScript) or cannot follow into a process of its own (the
 * command): one operator, number, condition, call or statement
 * each, found in the tree that TypeScript's parser makes. Comments switch them off as in Stryker:
 * `// Stryker disable next-line NumberLiteral: the answers do not depend on how many passes there are`.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'

const { SyntaxKind: Kind } = ts

const OPERATORS = {
  '+': ['ArithmeticOperator', '-'],
  '-': ['ArithmeticOperator', '+'],
  '*': ['ArithmeticOperator', '/'],
  '/': ['ArithmeticOperator', '*'],
  '%': ['ArithmeticOperator', '*'],
  '&': ['BitwiseOperator', '|'],
  '|': ['BitwiseOperator', '&'],
  '^': ['BitwiseOperator', '&'],
  '<<': ['BitwiseOperator', '>>'],
  '>>': ['BitwiseOperator', '<<'],
  '<': ['EqualityOperator', '<=', '>='],
  '<=': ['EqualityOperator', '<', '>'],
  '>': ['EqualityOperator', '>=', '<='],
  '>=': ['EqualityOperator', '>', '<'],
  '===': ['EqualityOperator', '!=='],
  '!==': ['EqualityOperator', '==='],
  '&&': ['LogicalOperator', '||'],
  '||': ['LogicalOperator', '&&'],
  '+=': ['AssignmentOperator', '-='],
  '-=': ['AssignmentOperator', '+='],
  '|=': ['AssignmentOperator', '&='],
  '&=': ['AssignmentOperator', '|='],
}

/** Functions and vector instructions that are taken for each other. */
const CALLS = pairs(
  'min max',
  'add sub',
  'and or',
  'eq ne',
  'lt gt',
  'le ge',
  'low high',
  'any_true all_true',
)
CALLS.set('mul', 'add').set('floor', 'ceil').set('abs', 'neg')

function pairs(...names) {
  const both = names
    .map((pair) => pair.split(' '))
    .flatMap(([a, b]) => [
      [a, b],
      [b, a],
    ])
  return new Map(both)
}

/** Every mutant of the files: what Stryker's have, with the offsets in the file besides. */
export function listOwnMutants(root, files) {
  return files.flatMap((file) => {
    const text = readFileSync(join(root, file), 'utf8')
    const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true)
    const place = (offset) => {
      const { line, character } = source.getLineAndCharacterOfPosition(offset)
      return { line, column: character }
    }
    const disabled = disabledLines(text)
    return mutantsOf(source)
      .map(([mutatorName, from, to, replacement]) => ({
        fileName: join(root, file),
        location: { start: place(from), end: place(to) },
        mutatorName,
        replacement,
        from,
        to,
      }))
      .filter(({ location, mutatorName }) => !disabled(location.start.line, mutatorName))
  })
}

/** Each as [kind, start, end, replacement]. */
function mutantsOf(source) {
  const found = []
  const visit = (node) => {
    if (ts.isImportDeclaration(node) || ts.isTypeNode(node) || ts.isParameter(node)) return
    found.push(...ofNode(node, source))
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

function ofNode(node, source) {
  const whole = (kind, ...replacements) =>
    replacements.map((replacement) => [kind, node.getStart(source), node.end, replacement])
  if (ts.isBinaryExpression(node)) return ofOperator(node.operatorToken, source)
  if (ts.isNumericLiteral(node)) return whole('NumberLiteral', ...otherNumbers(node.text))
  if (ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node))
    return ofUnary(node, source, whole)
  if (ts.isExpressionStatement(node)) return whole('Statement', '{}')
  if (ts.isBreakStatement(node) || ts.isContinueStatement(node)) return whole('Statement', '{}')
  if (ts.isCallExpression(node)) return ofCall(node.expression, source)
  return ofConditions(node, source)
}

function ofOperator(token, source) {
  const [kind, ...others] = OPERATORS[token.getText(source)] ?? []
  return others.map((other) => [kind, token.getStart(source), token.end, other])
}

function otherNumbers(text) {
  const value = Number(text)
  if (!Number.isInteger(value)) return [`(${text} * 2)`]
  return value === 0 ? ['1'] : [String(value + 1), String(value - 1)]
}

function ofUnary(node, source, whole) {
  if (node.operator === Kind.PlusPlusToken || node.operator === Kind.MinusMinusToken) {
    const operand = node.operand.getText(source)
    const other = node.operator === Kind.PlusPlusToken ? '--' : '++'
    return whole('UpdateOperator', ts.isPrefixUnaryExpression(node) ? other + operand : operand + other)
  }
  return whole('UnaryOperator', `(${node.operand.getText(source)})`)
}

function ofCall(called, source) {
  const name = ts.isPropertyAccessExpression(called) ? called.name : called
  const other = CALLS.get(name.getText(source))
  return other === undefined ? [] : [['Call', name.getStart(source), name.end, other]]
}

function ofConditions(node, source) {
  const replace = (condition, ...others) =>
    others.map((other) => ['ConditionalExpression', condition.getStart(source), condition.end, other])
  if (ts.isIfStatement(node)) return replace(node.expression, 'true', 'false')
  if (ts.isConditionalExpression(node)) return replace(node.condition, 'true', 'false')
  // for ever is no mutant worth the wait
  if (ts.isWhileStatement(node) && node.expression.kind !== Kind.TrueKeyword)
    return replace(node.expression, 'false')
  if (ts.isForStatement(node) && node.condition) return replace(node.condition, 'false')
  return []
}

/** Which kinds are switched off on which lines. A comment without a reason switches nothing off. */
function disabledLines(text) {
  const off = new Map()
  text.split('\n').forEach((line, index) => {
    const [, kinds] = /\/\/ Stryker disable next-line ([\w, ]+): \S/.exec(line) ?? []
    if (kinds !== undefined) off.set(index + 1, kinds.split(/, */))
  })
  return (line, kind) => off.get(line)?.some((name) => name === 'all' || name === kind) ?? false
}
