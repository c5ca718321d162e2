/** Which row a word of the command line means. */

import { isRowspaceError } from '../../src/core/errors.ts'
import type { RowKey } from '../../src/core/options.ts'
import type { Vocabulary } from '../../src/core/vocabulary.ts'
import type { AsyncTable } from '../../src/table/async-table.ts'
import type { Expression } from '../../src/table/expression.ts'
import { type ExpressionTerm, expressionFrom } from '../../src/table/parse-expression.ts'

/** What names the rows of a table. */
export interface NamedRows {
  readonly vocabulary: Vocabulary | undefined
  id(row: RowKey): number
}

/**
 * The id of the row that `name` means: a token by the table's rule (as written, else with a leading space);
 * digits that are not a token are an id, and `#12` always is.
 *
 * @throws `UNKNOWN_TOKEN`, `NO_TOKENS`, `ID_OUT_OF_RANGE`
 */
export function rowNamed(table: NamedRows, name: string): number {
  const id = /^#?(\d+)$/.exec(name)?.[1]
  const isId = id !== undefined && (name.startsWith('#') || !isToken(table, name))
  return table.id(isId ? Number(id) : name)
}

function isToken({ vocabulary }: NamedRows, name: string): boolean {
  return vocabulary?.idOf(name) !== undefined || vocabulary?.idOf(` ${name}`) !== undefined
}

/** The terms as the table takes them, every word looked up. Throws what `rowNamed` throws. */
export function expressionOf(table: NamedRows, terms: readonly ExpressionTerm[]): Expression {
  return expressionFrom(
    terms.map(({ weight, word, quoted }) => ({
      row: quoted ? table.id(word) : rowNamed(table, word),
      weight,
    })),
  )
}

/** As `rowNamed` of a table that answers by promise. */
export async function rowElsewhere(table: AsyncTable, name: string): Promise<number> {
  const id = /^#?(\d+)$/.exec(name)?.[1]
  if (id === undefined) return table.id(name)
  if (name.startsWith('#')) return table.id(Number(id))
  try {
    return await table.id(name)
  } catch (error) {
    if (isRowspaceError(error, 'UNKNOWN_TOKEN') || isRowspaceError(error, 'NO_TOKENS'))
      return table.id(Number(id))
    throw error
  }
}

/** As `expressionOf` a table that answers by promise. */
export async function expressionElsewhere(
  table: AsyncTable,
  terms: readonly ExpressionTerm[],
): Promise<Expression> {
  const rows: { row: number; weight: number }[] = []
  for (const { weight, word, quoted } of terms) {
    rows.push({ row: await (quoted ? table.id(word) : rowElsewhere(table, word)), weight })
  }
  return expressionFrom(rows)
}

/** A piece of a text, and the id of its row where it has one. */
export interface TextToken {
  text: string
  id: number | undefined
}

/** The tokens of a text, each with its id where it has one; a table without tokens takes ids instead. */
export function splitText(table: NamedRows, text: string): TextToken[] {
  const { vocabulary } = table
  if (vocabulary !== undefined) {
    const whole = vocabulary.idOf(text)
    return whole === undefined ? vocabulary.tokenize(text) : [{ text, id: whole }]
  }
  const words = text.split(/\s+/).filter((word) => word !== '')
  return words.map((word) => ({ text: word, id: rowNamed(table, word) }))
}
