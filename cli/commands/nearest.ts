/** `rowspace nearest`: the rows nearest to a row. */
import type { Metric } from '../../src/table/embedding-table.ts'
import {
  HELD_OPTIONS,
  heldOptions,
  type NamedTableOptions,
  onView,
  openNamedTable,
  VIEW_OPTION,
} from '../open-table.ts'
import type { Arguments } from '../parsing/arguments.ts'
import { isClusterName } from '../parsing/clickhouse-address.ts'
import type { Answer, Command } from '../parsing/command.ts'
import { rowNamed } from '../parsing/naming.ts'
import { token } from '../views/figures.ts'
import { answerWithMatches, METRICS, SEARCH_OPTIONS, timed, timedAsync } from '../views/matches.ts'

export const nearest: Command = {
  name: 'nearest',
  summary: 'the rows nearest to a token or an id',
  operands: ['<table>', '<token|id>'],
  options: { ...SEARCH_OPTIONS, ...VIEW_OPTION, ...HELD_OPTIONS },
  notes: [
    'A token is looked up as written, then with a leading space.',
    'Digits that are not a token are an id; "#12" always is.',
  ],
  examples: ['rowspace nearest default king', 'rowspace nearest vectors.bin war -k 5 --metric dot'],
  async run(args: Arguments): Promise<Answer> {
    const [name, row] = args.operands as [string, string]
    const k = args.count('k', 10)
    const metric = args.choice('metric', METRICS, 'cosine')
    const includeInputs = args.flag('include-inputs')
    if (isClusterName(name)) return nearestOnCluster(name, row, { k, metric, includeInputs })
    const options = { k, metric, includeInputs }
    if (args.flag('view')) return nearestOnView(name, row, heldOptions(args), options)
    const table = await openNamedTable(name, heldOptions(args))
    const id = rowNamed(table, row)
    const { result, milliseconds } = timed(() => table.nearest(id, options))
    const query = `nearest to ${describeRow(id, table.token(id), row)}`
    return answerWithMatches({ query, name, table, metric, k, matches: result.toArray(), milliseconds })
  },
}

interface Wanted {
  k: number
  metric: Metric
  includeInputs: boolean
}

async function nearestOnView(
  name: string,
  row: string,
  given: NamedTableOptions,
  options: Wanted,
): Promise<Answer> {
  return onView(name, given, async ({ table, names }) => {
    const id = rowNamed(names, row)
    await table.loadIndex()
    const { result, milliseconds } = await timedAsync(() => table.nearest(id, options))
    const query = `nearest to ${describeRow(id, names.vocabulary?.tokenOf(id), row)}`
    return answerWithMatches({ query, name, table, ...options, matches: result.toArray(), milliseconds })
  })
}

async function nearestOnCluster(name: string, row: string, options: Wanted): Promise<Answer> {
  const { clusterRow, onCluster } = await import('./clickhouse.ts')
  return onCluster(name, async (table, shown) => {
    const id = await clusterRow(table, row)
    const { result, milliseconds } = await timedAsync(() => table.nearest(id, options))
    const query = `nearest to ${describeRow(id, await table.token(id), row)}`
    return answerWithMatches({
      query,
      name: shown,
      table,
      ...options,
      matches: result.toArray(),
      milliseconds,
    })
  })
}

/** The row as it was given; with its token where that was by id. */
function describeRow(id: number, written: string | undefined, row: string): string {
  if (written === undefined) return `row ${id}`
  return written.trim() === row.trim() ? token(written) : `row ${id}, ${token(written)}`
}
