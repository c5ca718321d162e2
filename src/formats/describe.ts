/** A table file in figures, for `rowspace inspect`. */
import type { FormatName, StoredType, TensorInfo } from './format.ts'
import type { OpenTableFile } from './open.ts'

export interface TableDescription {
  readonly name: string
  readonly format: FormatName
  readonly dtype: StoredType
  readonly rows: number
  readonly dimension: number
  /** Numbers in the table: rows · dimension. */
  readonly tableParameters: number
  /** Numbers in all tensors of the file; those of the table where it holds nothing else. */
  readonly parameters: number
  /** tableParameters / parameters. */
  readonly share: number
  readonly fileBytes: number
  /** Bytes read to know all this. */
  readonly headerBytes: number
  /** Where the file is a container: the tensor that is the table, and all there are. */
  readonly tensor?: string
  readonly tensors?: readonly TensorInfo[]
}

/** What the header of `file` says. Reads nothing. */
export function describeTableFile(file: OpenTableFile): TableDescription {
  const tableParameters = file.rowCount * file.dimension
  const parameters = file.parameters ?? tableParameters
  return {
    name: file.source.name,
    format: file.format,
    dtype: file.dtype,
    rows: file.rowCount,
    dimension: file.dimension,
    tableParameters,
    parameters,
    share: tableParameters / parameters,
    fileBytes: file.source.size,
    headerBytes: file.headerBytes,
    ...(file.tensor === undefined ? {} : { tensor: file.tensor }),
    ...(file.tensors === undefined
      ? {}
      : { tensors: file.tensors.map(({ name, dtype, shape }) => ({ name, dtype, shape })) }),
  }
}
