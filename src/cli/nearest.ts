/** `rowspace nearest`: the rows nearest to a row. */
import type { EmbeddingTable } from '../table.ts'
import type { Arguments } from './arguments.ts'
import type { Answer, Command } from './command.ts'
import { token } from './figures.ts'
import { answerWithMatches, METRICS, SEARCH_OPTIONS, timed } from './matches-view.ts'
import { rowNamed } from './naming.ts'
import { openNamedTable, TABLE_OPTIONS, tableOptions } from './open-table.ts'

export const nearest: Command = {
  name: 'nearest',
  summary: 'the rows nearest to a token or an id',
  operands: ['<table>', '<token|id>'],
  options: { ...SEARCH_OPTIONS, ...TABLE_OPTIONS },
  notes: [
    'A token is looked up as written, then with a leading space. Digits that are no token are an id; "#12" always is.',
  ],
  examples: ['rowspace nearest default king', 'rowspace nearest vectors.bin war -k 5 --metric dot'],
  async run(args: Arguments): Promise<Answer> {
    const [name, asked] = args.operands as [string, string]
    const k = args.count('k', 10)
    const metric = args.choice('metric', METRICS, 'cosine')
    const includeInputs = args.flag('include-inputs')
    const table = await openNamedTable(name, tableOptions(args))
    const id = rowNamed(table, asked)
    const { result, milliseconds } = timed(() => table.nearest(id, { k, metric, includeInputs }))
    const question = `nearest to ${nameOf(table, id, asked)}`
    return answerWithMatches({ question, name, table, metric, k, matches: result.toArray(), milliseconds })
  },
}

/** The row as it was asked for; whose it is where that was by id. */
function nameOf(table: EmbeddingTable, id: number, asked: string): string {
  const written = table.token(id)
  if (written === undefined) return `row ${id}`
  return written.trim() === asked.trim() ? token(written) : `row ${id}, ${token(written)}`
}
