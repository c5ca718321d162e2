/** The door to table files: open, describe, write. */

export { type OpenTableOptions, openTable } from '../open.ts'
export { openSource, type SourceLike } from '../sources/open.ts'
export type { ByteSource, ReadOptions, SourceOptions } from '../sources/source.ts'
export { type WriteOptions, writeFileAtomically } from '../sources/write-file.ts'
export { describeTableFile, type TableDescription } from './describe.ts'
export type {
  EncodingErrors,
  FormatName,
  LoadedRows,
  LoadOptions,
  OpenOptions,
  Progress,
  StoredType,
  TableFile,
  TensorInfo,
} from './format.ts'
export { type OpenTableFile, openTableFile } from './open.ts'
export { readTied, type Tied } from './tied.ts'
export { type WritableTable, writableRows } from './writable.ts'
export {
  encodeSafetensors,
  type TensorToWrite,
  tokensTensor,
  type WriteSafetensorsOptions,
  writeSafetensors,
} from './write-safetensors.ts'
export { writeWord2vecBinary, writeWord2vecText } from './write-word2vec.ts'
