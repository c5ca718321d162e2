/** A table file in figures, for `rowspace inspect`. */
import type { FormatName, StoredType, TensorInfo } from '../formats/format.ts'
import { isBuffer } from '../formats/tied.ts'
import type { OpenTableFile } from './open-table-file.ts'

export interface TableDescription {
  readonly name: string
  readonly format: FormatName
  readonly dtype: StoredType
  /** The type rows are kept in unless told otherwise. */
  readonly elementType: 'f32' | 'bf16' | 'f16'
  readonly rows: number
  readonly dimension: number
  /** Numbers in the table: rows · dimension. */
  readonly tableParameters: number
  /** Parameters in all tensors of the file, without masks and the like; those of the table where it holds nothing else. */
  readonly parameters: number
  /** tableParameters / parameters. */
  readonly share: number
  readonly fileBytes: number
  /** Bytes of headers and words that told all this. */
  readonly headerBytes: number
  /** Bytes that were read or fetched to have them: files are read in larger pieces, and from a cache nothing is fetched. */
  readonly bytesRead: number
  /** Where the file is a container: the tensor that is the table, and all there are. */
  readonly tensor?: string
  readonly tensors?: readonly TensorInfo[]
}

/** What the header of `file` says. Reads nothing. */
export function describeTableFile(file: OpenTableFile): TableDescription {
  const tableParameters = file.size * file.dimension
  const parameters = (file.parameters ?? tableParameters) - bufferElements(file.tensors ?? [])
  return {
    name: file.source.name,
    format: file.format,
    dtype: file.dtype,
    elementType: file.elementType ?? 'f32',
    rows: file.size,
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
