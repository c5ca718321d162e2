/** From the words of a command line to checked values. node:util parses; the errors are ours. */
import { parseArgs } from 'node:util'
import { distance } from 'fastest-levenshtein'
import { RowspaceError } from '../../src/core/errors.ts'
import { describe } from '../../src/core/values.ts'
import type { Grammar, Option } from './option.ts'

/** Options every command takes. */
export const COMMON: Readonly<Record<string, Option>> = {
  json: { help: 'one JSON document on stdout and nothing else' },
  quiet: { short: 'q', help: 'no progress on stderr' },
  help: { short: 'h', help: 'this help' },
}

/** The arguments of one call. Each reader throws `INVALID_ARGUMENT` with the value and what is expected. */
/** Bytes, by unit. */
const UNITS: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ...['k', 'm', 'g', 't'].flatMap((letter, index): [string, number][] => [
    [`${letter}b`, 1000 ** (index + 1)],
    [`${letter}ib`, 1024 ** (index + 1)],
  ]),
])

export class Arguments {
  constructor(
    readonly operands: readonly string[],
    private readonly values: ReadonlyMap<string, string | true>,
    /** Every value of an option that is given again and again, in order. */
    private readonly lists: ReadonlyMap<string, readonly string[]> = new Map(),
  ) {}

  flag(name: string): boolean {
    return this.values.has(name)
  }

  text(name: string): string | undefined {
    const value = this.values.get(name)
    return value === true ? undefined : value
  }

  /** The values of an option that may be repeated. */
  texts(name: string): readonly string[] {
    return this.lists.get(name) ?? []
  }

  /** An integer ≥ `min`. */
  count(name: string, standard: number, min = 0): number {
    const value = this.text(name)
    if (value === undefined) return standard
    const number = /^[+-]?\d+$/.test(value) ? Number(value) : Number.NaN
    if (Number.isSafeInteger(number) && number >= min) return number
    const range = min === Number.MIN_SAFE_INTEGER ? '' : ` ≥ ${min}`
    throw new RowspaceError(
      name === 'k' ? 'INVALID_K' : 'INVALID_ARGUMENT',
      `${spelled(name)} must be an integer${range}; got ${describe(value)}.`,
    )
  }

  /** A number of bytes: 4096, 500MB (of powers of 1000), 1.5GiB (of 1024). */
  bytes(name: string): number | undefined {
    const value = this.text(name)
    if (value === undefined) return undefined
    const [, digits = '', unit = ''] = /^(\d+(?:\.\d+)?) ?([a-z]*)$/i.exec(value) ?? []
    const bytes = Math.floor(Number(digits) * (UNITS.get(unit.toLowerCase()) ?? 0))
    if (bytes > 0 && Number.isSafeInteger(bytes)) return bytes
    const problem = `${spelled(name)} must be a number of bytes, as 500MB, 1GB or 1.5GiB`
    throw new RowspaceError('INVALID_ARGUMENT', `${problem}; got ${describe(value)}.`)
  }

  choice<Value extends string>(name: string, among: readonly Value[], standard: Value): Value {
    const value = this.text(name)
    if (value === undefined) return standard
    if ((among as readonly string[]).includes(value)) return value as Value
    const hint = didYouMean(value, among) || '.'
    throw new RowspaceError(
      'INVALID_ARGUMENT',
      `${spelled(name)} must be ${among.join(' or ')}; got ${describe(value)}${hint}`,
    )
  }
}

/** Reads `words` by the grammar of a command. Throws `INVALID_ARGUMENT`. */
export function readArguments(words: readonly string[], grammar: Grammar): Arguments {
  const options = { ...grammar.options, ...COMMON }
  const { tokens } = parseArgs({
    args: [...words],
    options: Object.fromEntries(
      Object.entries(options).map(([name, option]) => [name, parserOption(option)]),
    ),
    strict: false,
    allowPositionals: true,
    tokens: true,
  })
  const operands: string[] = []
  const values = new Map<string, string | true>()
  const lists = new Map<string, string[]>()
  for (const token of tokens) {
    if (token.kind === 'positional') operands.push(token.value)
    if (token.kind !== 'option') continue
    const value = checkedValue({ ...token, word: words[token.index] }, options, grammar)
    values.set(token.name, value)
    if (value !== true) lists.set(token.name, [...(lists.get(token.name) ?? []), value])
  }
  const args = new Arguments(operands, values, lists)
  if (!args.flag('help')) checkOperands(operands, grammar)
  return args
}

function parserOption({ value, short }: Option) {
  return {
    type: value === undefined ? ('boolean' as const) : ('string' as const),
    ...(short === undefined ? {} : { short }),
  }
}

interface Token {
  name: string
  rawName: string
  value?: string | undefined
  /** As it was typed: `-metric` is taken for -m, -e, … */
  word?: string | undefined
}

function checkedValue(
  { name, rawName, value, word = rawName }: Token,
  options: Readonly<Record<string, Option>>,
  grammar: Grammar,
): string | true {
  const option = Object.hasOwn(options, name) ? options[name] : undefined
  if (option === undefined) throw unknownOption(rawName, word, options, grammar)
  if (option.value === undefined) {
    if (value === undefined) return true
    throw new RowspaceError('INVALID_ARGUMENT', `${rawName} takes no value; got ${describe(value)}.`)
  }
  if (value !== undefined) return value
  throw new RowspaceError('INVALID_ARGUMENT', `${rawName} needs a value: ${rawName} ${option.value}.`)
}

function unknownOption(
  rawName: string,
  word: string,
  options: Readonly<Record<string, Option>>,
  grammar: Grammar,
): RowspaceError {
  const known = Object.entries(options).flatMap(([name, { short }]) => [
    spelled(name),
    ...(short === undefined || short === name ? [] : [`-${short}`]),
  ])
  const minus = grammar.operands.length > 0 ? `; an argument that starts with a minus goes behind "--"` : ''
  const list = /^-\d/.test(word) ? '' : `; there are ${known.join(', ')}`
  const hint = nearOption(word, known) || `${list}${minus}.`
  const where = grammar.name === undefined ? 'without a command there is' : `${grammar.name} has`
  const shown = rawName.length > 60 ? `${rawName.slice(0, 60)}…` : rawName
  return new RowspaceError('INVALID_ARGUMENT', `${where} no option ${shown}${hint}`)
}

/** Of one letter, the same in another case; of several after one minus or two, the nearest. */
function nearOption(word: string, known: readonly string[]): string {
  const given = word.replace(/=.*$/s, '').slice(0, 60)
  if (given.length > 2) {
    const long = known.filter((name) => name.startsWith('--'))
    return didYouMean(given.startsWith('--') ? given : `-${given}`, long)
  }
  const same = known.find((name) => name.toLowerCase() === given.toLowerCase())
  return same === undefined ? '' : `; did you mean ${same}?`
}

/** As it is typed: -k, --metric. */
function spelled(name: string): string {
  return name.length === 1 ? `-${name}` : `--${name}`
}

function checkOperands(given: readonly string[], { operands, name }: Grammar): void {
  const usage = `usage: rowspace ${name} ${operands.join(' ')}.`
  const missing = operands[given.length]
  if (missing !== undefined && !missing.startsWith('['))
    throw new RowspaceError('INVALID_ARGUMENT', `${missing} is missing; ${usage}`)
  if (operands.at(-1)?.endsWith('…>') || given.length <= operands.length) return
  const surplus = given[operands.length]
  throw new RowspaceError(
    'INVALID_ARGUMENT',
    operands.length === 0 && name === undefined
      ? `${describe(surplus)} is one argument too many.`
      : `${describe(surplus)} is one argument too many; ${usage}`,
  )
}

/** `; did you mean "nearest"?`, or nothing where nothing is near. */
export function didYouMean(given: string, among: readonly string[]): string {
  const [best] = among
    .map((name) => ({ name, edits: distance(given.toLowerCase(), name) }))
    .filter(({ name, edits }) => edits <= Math.max(1, Math.floor(name.length / 3)))
    .sort((a, b) => a.edits - b.edits)
  return best === undefined ? '' : `; did you mean ${best.name}?`
}
