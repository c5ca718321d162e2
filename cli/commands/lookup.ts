/** `rowspace lookup`: x_i = E[t_i], token by token. */
import { count } from '../../data/figures.ts'
import { RowspaceError } from '../../src/core/errors.ts'
import { describe } from '../../src/core/values.ts'
import type { EmbeddingTable } from '../../src/table/embedding-table.ts'
import { type Elsewhere, isElsewhere, onElsewhere, READ_VIEW } from '../elsewhere.ts'
import { HELD_OPTIONS, heldOptions, openNamedTable } from '../open-table.ts'
import { columns, paint } from '../output.ts'
import type { Arguments } from '../parsing/arguments.ts'
import type { Answer, Command } from '../parsing/command.ts'
import { splitText, type TextToken } from '../parsing/naming.ts'
import { column, norm, token } from '../views/figures.ts'
import type { Found } from '../views/shown.ts'

export const lookup: Command = {
  name: 'lookup',
  summary: 'split a text into tokens, each with its id and its row',
  operands: ['<table>', '<text…>'],
  options: {
    numbers: { value: 'N', help: 'numbers of a row to show (6); --json gives all' },
    counts: {
      value: 'FILE',
      help: 'a word and its count per line (word2vec -save-vocab), shown beside the rows',
    },
    ...READ_VIEW,
    ...HELD_OPTIONS,
  },
  notes: ['Tables without tokens take ids: rowspace lookup rows.npy 0 17'],
  examples: ['rowspace lookup default "the king and the queen"', 'rowspace lookup default queen --json'],
  async run(args: Arguments): Promise<Answer> {
    const [name, ...words] = args.operands as [string, ...string[]]
    const shown = args.count('numbers', 6)
    const text = words.join(' ')
    if (isElsewhere(name, args)) {
      return onElsewhere(name, args, async (elsewhere) =>
        answerWithRows(elsewhere.shown, elsewhere.table, await lookUpElsewhere(elsewhere, text), shown),
      )
    }
    const table = await openNamedTable(name, { ...heldOptions(args), counts: args.text('counts') })
    return answerWithRows(name, table, lookUp(table, text), shown)
  },
}

function answerWithRows(
  name: string,
  { size, dimension }: { readonly size: number; readonly dimension: number },
  found: readonly Found[],
  shown: number,
): Answer {
  return {
    text: () =>
      [
        `${paint.bold('x_i = E[t_i]')}  ${paint.dim(`${name}, |V| x d = ${count(size)} x ${dimension}`)}`,
        foundRows(found, shown),
      ].join('\n'),
    document: {
      table: name,
      tokens: found.map(({ text, id, row, count }) => ({
        token: text,
        id: id ?? null,
        norm: row === undefined ? null : norm(row),
        ...(count !== undefined && { count }),
        row: row === undefined ? null : [...row],
      })),
    },
  }
}

/** The tokens of a text with their rows. Throws `UNKNOWN_TOKEN` if the table has none of them. */
export function lookUp(table: EmbeddingTable, text: string): Found[] {
  const tokens = splitText(table, text)
  if (idsOf(tokens, text).length === 0) table.id(text)
  const counts = table.vocabulary?.counts
  return tokens.map(({ text, id }) => ({
    text,
    id,
    row: id === undefined ? undefined : table.row(id),
    count: id === undefined ? undefined : counts?.[id],
  }))
}

async function lookUpElsewhere({ table, split }: Elsewhere, text: string): Promise<Found[]> {
  const tokens = await split(text)
  const known = idsOf(tokens, text)
  if (known.length === 0) await table.id(text)
  const rows = await table.gather(known)
  let next = 0
  return tokens.map((token) => {
    if (token.id === undefined) return { ...token, row: undefined }
    const start = next++ * table.dimension
    return { ...token, row: rows.slice(start, start + table.dimension) }
  })
}

function idsOf(tokens: readonly TextToken[], text: string): number[] {
  if (tokens.length === 0) {
    throw new RowspaceError('INVALID_ARGUMENT', `${describe(text)} has no token in it.`)
  }
  return tokens.flatMap(({ id }) => (id === undefined ? [] : [id]))
}

/** One line per token: its id, the norm of its row and the row's first numbers. */
export function foundRows(found: readonly Found[], shown: number, indent?: string): string {
  const formatNorm = column(found.flatMap(({ row }) => (row === undefined ? [] : [norm(row)])))
  const dimension = found.find(({ row }) => row !== undefined)?.row?.length ?? 0
  const numbers = Math.min(shown, dimension)
  const isCounted = found.some((each) => each.count !== undefined)
  const rows = found.map(({ text, id, row, count: times }) => {
    const counted = isCounted ? [times === undefined ? '' : count(times)] : []
    const start = Array.from({ length: numbers }, (_, place) => row?.[place]?.toFixed(4) ?? '')
    if (row === undefined)
      return [token(text), '–', ...counted, '', ...start, paint.yellow('not in the table')]
    const more = row.length > shown ? paint.dim('…') : ''
    return [
      paint.bold(token(text)),
      paint.cyan(String(id)),
      ...counted,
      formatNorm(norm(row)),
      ...start,
      more,
    ]
  })
  const counts = isCounted ? ['count'] : []
  const head = [
    'token',
    'id',
    ...counts,
    '‖x_i‖',
    ...(numbers > 0 ? ['x_i'] : []),
    ...Array(numbers).fill(''),
  ]
  return columns(`lrr${'r'.repeat(counts.length + numbers)}l`, head, rows, indent)
}
