/** The command `rowspace`: finds the command, turns errors into one line and an exit code. */
import { closest } from 'fastest-levenshtein'
import packageJson from '../../package.json' with { type: 'json' }
import { isRowspaceError } from '../errors.ts'
import { demonstration } from './demonstration.ts'
import { analogyCommand, nearestCommand } from './search-commands.ts'
import { sizesCommand } from './sizes.ts'
import { inspectCommand, lookupCommand, packCommand } from './table-commands.ts'
import { COMMANDS, type CommandName, USAGE, usageError } from './usage.ts'

const RUN: Record<CommandName, (args: string[]) => void | Promise<void>> = {
  nearest: nearestCommand,
  analogy: analogyCommand,
  lookup: lookupCommand,
  inspect: inspectCommand,
  sizes: sizesCommand,
  pack: packCommand,
}

async function run(args: string[]): Promise<void> {
  const end = args.indexOf('--')
  const flags = end === -1 ? args : args.slice(0, end)
  if (flags.includes('--help') || flags.includes('-h')) return void process.stdout.write(USAGE)
  if (flags.includes('--version')) return void process.stdout.write(`${packageJson.version}\n`)
  const [name, ...rest] = args
  if (name === undefined || name.startsWith('-')) return demonstration(args)
  const command = COMMANDS.find((one) => one === name)
  if (command !== undefined) return RUN[command](rest)
  throw usageError(
    `there is no command ${JSON.stringify(name)}; did you mean ${closest(name, [...COMMANDS])}? (rowspace --help)`,
  )
}

/** Bad input (2) has a message for people; anything else (1) is a defect, of which the stack tells more. */
function fail(error: unknown): void {
  const expected = isRowspaceError(error)
  const text = expected
    ? error.message.replace(/\s*\n\s*/g, ' ')
    : error instanceof Error
      ? error.stack
      : String(error)
  process.stderr.write(`rowspace: ${text}\n`)
  process.exitCode = expected ? 2 : 1
}

// whoever reads our output may stop early (| head): that is not an error
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exitCode = 0
})

run(process.argv.slice(2)).catch(fail)
