/** Arguments of every command: what there is, how it is read, what a wrong one is told. */
import { type ParseArgsConfig, parseArgs } from 'node:util'
import { closest } from 'fastest-levenshtein'
import { RowspaceError } from '../errors.ts'

export const USAGE = `rowspace: embedding tables on the command line

  rowspace                                     the demonstration, on the table that comes with it
  rowspace nearest <table> <token|id>          the nearest rows
  rowspace analogy <table> "king - man + woman"  the rows nearest to a sum
  rowspace lookup <table> <text…>              each token of a text, its id and its row
  rowspace inspect <path>                      shape, type, parameters, memory: from headers alone
  rowspace sizes                               the embedding tables of five models
  rowspace pack <in> <out>                     writes .safetensors, .txt (word2vec text) or .bin (word2vec binary)

<table> is a path, a URL, or "default" (20,000 words of GloVe).
In an expression, quote words that hold a minus or a space ('New York'); weights are written 2 * king.

  -k N                  how many (10)             --metric cosine|dot   what to rank by (cosine)
  --unit                scale inputs to length 1  --include-inputs      inputs may be in the answer
  --baselines N         random rows beside it     --seed S              which ones (1)
  --tensor NAME         the tensor to take        --force               replace an existing file (pack)
  --json                one JSON document on stdout, nothing else
  --help, --version
`

export const COMMANDS = ['nearest', 'analogy', 'lookup', 'inspect', 'sizes', 'pack'] as const
export type CommandName = (typeof COMMANDS)[number]

type Options = NonNullable<ParseArgsConfig['options']>

/** Bad input: one line on stderr and exit code 2. */
export function usageError(message: string): RowspaceError {
  return new RowspaceError('INVALID_ARGUMENT', message)
}

/** Reads a command's arguments. Throws for an option it does not have, naming the nearest it has. */
export function readArguments<T extends Options>(args: string[], options: T) {
  try {
    return parseArgs({
      args,
      options: { json: { type: 'boolean' }, ...options },
      allowPositionals: true,
      strict: true,
    })
  } catch (error) {
    const { message } = error as Error
    const unknown = /Unknown option '([^']+)'/.exec(message)?.[1]
    const ambiguous = /Option '([^' ]+).*' argument is ambiguous/.exec(message)?.[1]
    if (ambiguous !== undefined)
      throw usageError(`${ambiguous} needs a value that does not start with a minus`)
    if (unknown === undefined) throw usageError(message.split('\n')[0] ?? message)
    const names = [
      '--json',
      ...Object.keys(options).map((name) => (name.length === 1 ? `-${name}` : `--${name}`)),
    ]
    throw usageError(
      `there is no option ${unknown} here; did you mean ${closest(unknown, names)}? (rowspace --help)`,
    )
  }
}

/** A whole number from an option, from `least` up. */
export function wholeNumber(
  text: string | undefined,
  name: string,
  least: number,
  otherwise: number,
): number {
  if (text === undefined) return otherwise
  const value = Number(text)
  if (/^[+-]?\d+$/.test(text) && Number.isSafeInteger(value) && value >= least) return value
  throw usageError(`${name} must be a whole number from ${least}; got ${JSON.stringify(text)}`)
}

export function metricOf(text: string | undefined): 'cosine' | 'dot' {
  if (text === undefined || text === 'cosine' || text === 'dot') return text ?? 'cosine'
  throw usageError(`--metric must be cosine or dot; got ${JSON.stringify(text)}`)
}

/** Refuses more or fewer positional arguments than a command has. */
export function positionals(given: string[], names: string[]): string[] {
  if (given.length < names.length)
    throw usageError(`${names.slice(given.length).join(' and ')} is missing (rowspace --help)`)
  if (given.length > names.length) {
    throw usageError(
      `${JSON.stringify(given[names.length])} is one argument too many: expected ${names.join(' ')}; quote what belongs together`,
    )
  }
  return given
}
