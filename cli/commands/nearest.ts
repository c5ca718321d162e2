/** `rowspace nearest`: the rows nearest to a row. */
import type { Metric } from '../../src/table/embedding-table.ts'
import { type Elsewhere, isElsewhere, onElsewhere, SEARCH_VIEW } from '../elsewhere.ts'
import { HELD_OPTIONS, heldOptions, openNamedTable } from '../open-table.ts'
import type { Arguments } from '../parsing/arguments.ts'
import type { Answer, Command } from '../parsing/command.ts'
import { rowElsewhere, rowNamed } from '../parsing/naming.ts'
import { token } from '../views/figures.ts'
import { answerWithMatches, METRICS, SEARCH_OPTIONS, timed, timedAsync } from '../views/matches.ts'

export const nearest: Command = {
  name: 'nearest',
  summary: 'the rows nearest to a token or an id',
  operands: ['<table>', '<token|id>'],
  options: { ...SEARCH_OPTIONS, ...SEARCH_VIEW, ...HELD_OPTIONS },
  notes: [
    'A token is looked up as written, then with a leading space.',
    'Digits that are not a token are an id; "#12" always is.',
  ],
  examples: ['rowspace nearest default king', 'rowspace nearest vectors.bin war -k 5 --metric dot'],
  async run(args: Arguments): Promise<Answer> {
    const [name, row] = args.operands as [string, string]
    const options = {
      k: args.count('k', 10),
      metric: args.choice('metric', METRICS, 'cosine'),
      includeInputs: args.flag('include-inputs'),
    }
    if (isElsewhere(name, args)) {
      return onElsewhere(name, args, (elsewhere) => nearestElsewhere(elsewhere, row, options))
    }
    const table = await openNamedTable(name, heldOptions(args))
    const id = rowNamed(table, row)
    const { result, milliseconds } = timed(() => table.nearest(id, options))
    const query = `nearest to ${describeRow(id, table.token(id), row)}`
    return answerWithMatches({ query, name, table, ...options, matches: result.toArray(), milliseconds })
  },
}

async function nearestElsewhere(
  { shown, table, prepare }: Elsewhere,
  row: string,
  options: { k: number; metric: Metric; includeInputs: boolean },
): Promise<Answer> {
  const id = await rowElsewhere(table, row)
  await prepare()
  const { result, milliseconds } = await timedAsync(() => table.nearest(id, options))
  const query = `nearest to ${describeRow(id, await table.token(id), row)}`
  return answerWithMatches({ query, name: shown, table, ...options, matches: result.toArray(), milliseconds })
}

/** The row as it was given; with its token where that was by id. */
function describeRow(id: number, written: string | undefined, row: string): string {
  if (written === undefined) return `row ${id}`
  return written.trim() === row.trim() ? token(written) : `row ${id}, ${token(written)}`
}
