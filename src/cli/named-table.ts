/** `<table>` of the command: a path, a URL, or `default`. */
import { openDefaultTable } from '../default.ts'
import { RowspaceError } from '../errors.ts'
import { describeTableFile } from '../formats/describe.ts'
import { openTableFile } from '../formats/open.ts'
import { type OpenTableOptions, openTable } from '../open.ts'
import type { EmbeddingTable, Row } from '../table.ts'
import { countText, note } from './output.ts'

const GPT2_ROWS = 50_257

/** Opens a table by its name on the command line. GPT-2's own table has no words in its file: its tokenizer gives them. */
export async function openNamedTable(name: string, options: OpenTableOptions = {}): Promise<EmbeddingTable> {
  refuseLater(name)
  const table =
    name === 'default'
      ? await openDefaultTable(options)
      : await openTable(name, { ...options, tokens: await gpt2Tokens(name, options) })
  if (table.duplicates > 0)
    note(`${countText(table.duplicates)} words came twice: the first of each was kept`)
  return table
}

/** Kinds of table that this version does not open. */
export function refuseLater(name: string): void {
  const scheme = /^(hf|clickhouse):/.exec(name)?.[1]
  if (scheme === undefined) return
  throw new RowspaceError(
    'UNSUPPORTED',
    `${name}: ${scheme}: names are not opened by this version; give a path, a URL or "default"`,
  )
}

async function gpt2Tokens(name: string, options: OpenTableOptions) {
  const file = await openTableFile(name, options)
  try {
    const { rows, tensor, tensors } = describeTableFile(file)
    const hasTokens = tensors === undefined || tensors.some((one) => one.name === 'tokens')
    if (rows !== GPT2_ROWS || hasTokens || !/wte/.test(tensor ?? '')) return undefined
  } finally {
    await file.close()
  }
  const { gpt2Vocabulary } = await import('../gpt2.ts')
  return gpt2Vocabulary()
}

/** A row named on the command line: a token where it is one, else an id; `#12` is an id always. */
export function rowNamed(table: EmbeddingTable, text: string): Row {
  const id = /^#?(\d+)$/.exec(text)?.[1]
  if (id === undefined) return text
  const isToken =
    !text.startsWith('#') &&
    (table.vocabulary?.idOf(text) ?? table.vocabulary?.idOf(` ${text}`)) !== undefined
  return isToken ? text : Number(id)
}
