/** `rowspace pack`: writes a table of any format as another, whole or not at all. */
import { bytes, count } from '../../data/figures.ts'
import { ELEMENT_TYPES, type ElementType } from '../../src/core/element-types.ts'
import { isRowspaceError, RowspaceError } from '../../src/core/errors.ts'
import { describe } from '../../src/core/values.ts'
import type { OpenOptions } from '../../src/formats/format.ts'
import { writeSafetensors } from '../../src/formats/safetensors/writer.ts'
import { writeWord2vecBinary, writeWord2vecText } from '../../src/formats/text/word2vec-writer.ts'
import type { WritableTable } from '../../src/formats/writable.ts'
import { writeFileAtomically } from '../../src/sources/write-file.ts'
import type { EmbeddingTable } from '../../src/table/embedding-table.ts'
import { abortOnSignals } from '../interrupt.ts'
import { openNamedTable, TABLE_OPTIONS, tableOptions } from '../open-table.ts'
import { oneLine, paint } from '../output.ts'
import type { Arguments } from '../parsing/arguments.ts'
import type { Answer, Command } from '../parsing/command.ts'

const WRITERS = {
  safetensors: (table: WritableTable, dtype: ElementType) => writeSafetensors(table, { dtype }),
  'word2vec-text': writeWord2vecText,
  'word2vec-binary': writeWord2vecBinary,
} as const
type Format = keyof typeof WRITERS
const FORMATS = Object.keys(WRITERS) as Format[]

const EXTENSIONS = new Map<string, Format>([
  ['safetensors', 'safetensors'],
  ['txt', 'word2vec-text'],
  ['vec', 'word2vec-text'],
  ['bin', 'word2vec-binary'],
])

export const pack: Command = {
  name: 'pack',
  summary: 'write a table as safetensors or word2vec',
  operands: ['<in>', '<out>'],
  options: {
    format: { value: 'NAME', help: `${FORMATS.join(', ')} (by the ending of <out>)` },
    dtype: {
      value: 'TYPE',
      help: `${ELEMENT_TYPES.join(', ')}: the type of numbers in safetensors (as they come)`,
    },
    overwrite: { help: 'replace <out> if it exists' },
    ...TABLE_OPTIONS,
  },
  notes: ['Endings: .safetensors; .txt and .vec for word2vec text; .bin for word2vec binary.'],
  examples: [
    'rowspace pack glove.txt glove.safetensors',
    'rowspace pack default small.safetensors --dtype int8',
    'rowspace pack default words.bin --overwrite',
  ],
  async run(args: Arguments): Promise<Answer> {
    const [from, to] = args.operands as [string, string]
    const format = args.choice('format', FORMATS, formatOf(to, args.text('format')))
    const dtype = dtypeFor(args, format)
    const packed = await write(
      from,
      to,
      { format, dtype, overwrite: args.flag('overwrite') },
      tableOptions(args),
    )
    const shape = `${count(packed.size)} x ${packed.dimension}, ${format} ${packed.dtype}`
    return {
      text: () => `${paint.bold(oneLine(to))}  ${shape}, ${bytes(packed.bytes)}`,
      document: { in: from, out: to, format, ...packed },
    }
  },
}

function formatOf(path: string, format: string | undefined): Format {
  const extension = /\.([^./\\]+)$/.exec(path)?.[1]?.toLowerCase() ?? ''
  const ofExtension = EXTENSIONS.get(extension)
  if (ofExtension !== undefined || format !== undefined) return ofExtension ?? 'safetensors'
  const known = [...EXTENSIONS.keys()].map((name) => `.${name}`).join(', ')
  throw new RowspaceError(
    'INVALID_ARGUMENT',
    `${describe(path)} does not end in ${known}: rename it, or give --format.`,
  )
}

/** Undefined where the numbers stay in the type they come in. */
function dtypeFor(args: Arguments, format: Format): ElementType | undefined {
  if (args.text('dtype') === undefined) return format === 'safetensors' ? undefined : 'f32'
  const dtype = args.choice('dtype', ELEMENT_TYPES, 'f32')
  if (format === 'safetensors' || dtype === 'f32') return dtype
  throw new RowspaceError(
    'INVALID_ARGUMENT',
    `${format} holds f32 alone: --dtype ${dtype} is for .safetensors.`,
  )
}

interface Wanted {
  format: Format
  dtype: ElementType | undefined
  overwrite: boolean
}

async function write(from: string, to: string, { format, dtype, overwrite }: Wanted, options: OpenOptions) {
  const interrupt = abortOnSignals()
  const packed = { size: 0, dimension: 0, dtype: dtype ?? ('f32' as ElementType) }
  // opened when the first bytes are written, so that a file that exists is reported before the table is read
  async function* chunks() {
    const table = await openNamedTable(from, { ...options, signal: interrupt.signal })
    Object.assign(packed, { size: table.size, dimension: table.dimension, dtype: dtype ?? table.dtype })
    yield* WRITERS[format](writable(table), packed.dtype)
  }
  try {
    const bytes = await writeFileAtomically(to, chunks(), { overwrite, signal: interrupt.signal })
    return { ...packed, bytes }
  } catch (error) {
    if (!isRowspaceError(error, 'EXISTS')) throw error
    throw new RowspaceError(
      'EXISTS',
      `${describe(to)} exists and was left as it is: --overwrite replaces it.`,
    )
  } finally {
    interrupt.stop()
  }
}

function writable(table: EmbeddingTable): WritableTable {
  const range = (start: number, end: number) => Array.from({ length: end - start }, (_, i) => start + i)
  const { size, dimension, vocabulary } = table
  const tokens =
    vocabulary === undefined ? undefined : range(0, size).map((id) => vocabulary.tokenOf(id) ?? `<row ${id}>`)
  return { size, dimension, tokens, rows: (start, end) => table.gather(range(start, end)) }
}
