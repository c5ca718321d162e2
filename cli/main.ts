/** The program `rowspace`: runs the named command, prints its answer, or one line that says what is wrong. */
import { version } from '../package.json'
import { isRowspaceError, RowspaceError } from '../src/core/errors.ts'
import { describe } from '../src/core/values.ts'
import { analogy } from './commands/analogy.ts'
import { cache } from './commands/cache.ts'
import { demonstration } from './commands/demonstration.ts'
import { evaluate } from './commands/eval.ts'
import { indexTable } from './commands/index-table.ts'
import { inspect } from './commands/inspect.ts'
import { lookup } from './commands/lookup.ts'
import { nearest } from './commands/nearest.ts'
import { pack } from './commands/pack.ts'
import { push } from './commands/push.ts'
import { sizes } from './commands/sizes.ts'
import { note, oneLine } from './output.ts'
import { type Arguments, COMMON, didYouMean, readArguments } from './parsing/arguments.ts'
import type { Answer, Command } from './parsing/command.ts'
import { commandHelp, generalHelp } from './views/help.ts'
import { inOptions } from './wording.ts'

const COMMANDS: readonly Command[] = [
  nearest,
  analogy,
  lookup,
  evaluate,
  inspect,
  sizes,
  pack,
  indexTable,
  push,
  cache,
]

const BAD_INPUT = 2
const FAILURE = 1

async function main(words: readonly string[]): Promise<void> {
  const [first, ...rest] = words
  if (first === undefined || first.startsWith('-')) return runBare(words)
  if (first === 'help') return rest[0] === undefined ? printHelp() : print(commandHelp(commandNamed(rest[0])))
  const command = commandNamed(first)
  const args = readArguments(rest, command)
  if (args.flag('help')) return print(commandHelp(command))
  printAnswer(await command.run(args), args)
}

async function runBare(words: readonly string[]): Promise<void> {
  const args = readArguments(words, {
    operands: [],
    options: { version: { short: 'V', help: 'the version' }, ...COMMON },
  })
  if (args.flag('help')) return printHelp()
  if (args.flag('version')) return print(version)
  printAnswer(await demonstration(), args)
}

function commandNamed(name: string): Command {
  const command = COMMANDS.find((each) => each.name === name)
  if (command !== undefined) return command
  const names = COMMANDS.map((each) => each.name)
  const hint = didYouMean(name, names) || `; there are ${names.join(', ')}.`
  throw new RowspaceError('INVALID_ARGUMENT', `there is no command ${describe(name)}${hint}`)
}

function printHelp(): void {
  print(generalHelp(COMMANDS, version))
}

function printAnswer(answer: Answer, args: Arguments): void {
  print(args.flag('json') ? JSON.stringify(answer.document, undefined, 2) : answer.text())
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}

/** Errors that are not about the arguments. */
const OUR_TROUBLE = new Set(['OUT_OF_MEMORY', 'DISPOSED', 'ABORTED', 'CHANGED', 'LOCKED'])
/** Reasons of the system: other arguments would not help. */
const SYSTEM_TROUBLE = new Set([
  'ENOSPC',
  'EMFILE',
  'ENFILE',
  'EIO',
  'NETWORK',
  'STALLED',
  'TIMEOUT',
  'INCOMPLETE',
])

function exitCodeFor(error: unknown): number {
  if (!isRowspaceError(error)) return FAILURE
  if (typeof error.details.exitCode === 'number') return error.details.exitCode
  return OUR_TROUBLE.has(error.code) || SYSTEM_TROUBLE.has(String(error.details.reason)) ? FAILURE : BAD_INPUT
}

/** One line on stderr; the stack of an unexpected failure only with ROWSPACE_DEBUG. */
function fail(error: unknown): void {
  const message = error instanceof Error ? error.message || error.name : String(error)
  const unexpected = isRowspaceError(error) ? '' : 'unexpected failure: '
  process.stderr.write(`rowspace: ${oneLine(unexpected + inOptions(message))}\n`)
  if (unexpected !== '' && process.env.ROWSPACE_DEBUG) console.error(error)
  process.exitCode = exitCodeFor(error)
}

// the reader of a pipe may have had enough (`| head`): that is not a failure
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') fail(error)
  })
}

// warnings of libraries are notes here
process.removeAllListeners('warning')
process.on('warning', ({ message }) => note(message))

main(process.argv.slice(2)).catch(fail)
