/** The door to table files: open, describe, write. */

export type { Progress } from './core/progress.ts'
export type {
  EncodingErrors,
  FormatName,
  LoadedRows,
  LoadOptions,
  OpenOptions,
  StoredType,
  TableFile,
  TensorInfo,
} from './formats/format.ts'
export {
  encodeSafetensors,
  type TensorToWrite,
  tokensTensor,
  type WriteSafetensorsOptions,
  writeSafetensors,
} from './formats/safetensors/writer.ts'
export { writeWord2vecBinary, writeWord2vecText } from './formats/text/word2vec-writer.ts'
export { readTied, type Tied } from './formats/tied.ts'
export { type WritableTable, writableRows } from './formats/writable.ts'
export { describeTableFile, type TableDescription } from './open/describe-table-file.ts'
export { FastTextModel, openFastText } from './open/fasttext-model.ts'
export { openSource, type SourceLike } from './open/open-source.ts'
export { type OpenTableOptions, openTable } from './open/open-table.ts'
export { type OpenTableFile, openTableFile } from './open/open-table-file.ts'
export type { ByteSource, ReadOptions, SourceOptions } from './sources/source.ts'
export { type WriteOptions, writeFileAtomically } from './sources/write-file.ts'
