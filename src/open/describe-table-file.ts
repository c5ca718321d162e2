/** A table file in figures, for `rowspace inspect`. */
import type { FormatName, StoredType, TensorInfo } from '../formats/format.ts'
import { isBuffer } from '../formats/tied.ts'
import type { OpenTableFile } from './open-table-file.ts'

/** The figures of a table file. */
export interface TableDescription {
  /** The path, URL or name that the file was opened by. */
  readonly name: string
  /** The format, recognised by content. */
  readonly format: FormatName
  /** How the rows are stored in the file. */
  readonly dtype: StoredType
  /** Bits that a number takes on average, scales included, where rows are quantised in blocks. */
  readonly bitsPerWeight?: number
  /** The type that a table keeps the rows in by default. */
  readonly elementType: 'f32' | 'bf16' | 'f16'
  /** Rows of the file, |V|, whatever `limit` leaves out; where the file does not say, those that are read. */
  readonly rows: number
  /** Numbers per row, d. */
  readonly dimension: number
  /** Numbers in the table: rows · dimension. */
  readonly tableParameters: number
  /**
   * Parameters in all tensors of the file, without masks and the like; those of the table where it holds
   * nothing else.
   */
  readonly parameters: number
  /** tableParameters / parameters. */
  readonly share: number
  /** Size of the file, or of all files of the model. */
  readonly fileBytes: number
  /** Bytes of the headers and words that these figures come from. */
  readonly headerBytes: number
  /**
   * Bytes that were read or fetched for them: files are read in larger blocks, and nothing is fetched that is
   * cached.
   */
  readonly bytesRead: number
  /** The name of the tensor that is the table, where the file is a container. */
  readonly tensor?: string
  /** All tensors of the file, where it is a container. */
  readonly tensors?: readonly TensorInfo[]
}

/** What the header of `file` says. Reads nothing. */
export function describeTableFile(file: OpenTableFile): TableDescription {
  const { rowsInFile = file.size } = file
  const rows = Number.isFinite(rowsInFile) ? rowsInFile : file.size
  const tableParameters = rows * file.dimension
  const parameters = (file.parameters ?? tableParameters) - bufferElements(file.tensors ?? [])
  return {
    name: file.source.name,
    format: file.format,
    dtype: file.dtype,
    ...(file.bitsPerWeight === undefined ? {} : { bitsPerWeight: file.bitsPerWeight }),
    elementType: file.elementType ?? 'f32',
    rows,
    dimension: file.dimension,
    tableParameters,
    parameters,
    share: tableParameters / parameters,
    fileBytes: file.fileBytes ?? file.source.size,
    headerBytes: file.headerBytes,
    bytesRead: file.source.bytesRead ?? file.headerBytes,
    ...(file.tensor === undefined ? {} : { tensor: file.tensor }),
    ...(file.tensors === undefined
      ? {}
      : { tensors: file.tensors.map(({ name, dtype, shape }) => ({ name, dtype, shape })) }),
  }
}

function bufferElements(tensors: readonly TensorInfo[]): number {
  return tensors
    .filter(isBuffer)
    .reduce((sum, { shape }) => sum + shape.reduce((product, length) => product * length, 1), 0)
}
