/**
 * The index of a collection whose rows stay in its file. The file has the codes of the rows: a header of an
 * index before them, and their checksums behind them, make them one.
 */

import { encodeHeader } from '../formats/safetensors/writer.ts'
import { bytesSource } from '../sources/bytes.ts'
import { JoinedSource } from '../sources/joined.ts'
import type { ByteSource } from '../sources/source.ts'
import {
  bytesOfCodes,
  checksumsTensor,
  INDEX_VERSION,
  type IndexedRows,
  indexTensors,
  LAYOUT,
  METADATA_KEY,
} from '../stored/index-layout.ts'
import { identityOf, type StoredFile } from '../stored/open-stored-file.ts'
import type { ViewOptions } from '../stored/options.ts'
import { type IndexOptions, writeIndex } from '../stored/write-index.ts'
import { readPairs } from './check-file.ts'
import { type CollectionFile, checkLength } from './collection-file.ts'

/** Rows of fewer bytes get codes when the collection is opened: saved collections of them have none. */
const SMALL_BYTES = 1 << 20

/**
 * The codes of the file, or of its few rows. Undefined where there are none and the rows are many, or where they
 * do not fit: an index of 4 bits may lie beside.
 */
export async function ownIndex(
  file: CollectionFile,
  stored: StoredFile,
  { memory, ...options }: Pick<IndexOptions, 'core' | 'signal'> & Pick<ViewOptions, 'memory'>,
): Promise<ByteSource | undefined> {
  const { size, dimension, tensor } = stored.file
  if (typeof memory === 'number' && bytesOfCodes(size, dimension, 8) > memory) return undefined
  if (file.tensors.has('codes')) return indexInFile(file, stored)
  if (size === 0 || size * dimension * 4 > SMALL_BYTES) return undefined
  const chunks: BlobPart[] = []
  for await (const chunk of writeIndex(file.source, { ...options, tensor })) chunks.push(chunk.slice())
  return bytesSource(await new Blob(chunks).arrayBuffer(), file.source.name)
}

function indexInFile(file: CollectionFile, { file: table }: StoredFile): ByteSource {
  const { source, tensors, metadata } = file
  const { size, dimension, dtype, tensor } = table
  const parts = indexTensors(size, dimension, 8)
  for (const { name, size } of parts) checkLength(file, name, size)
  const indexed: IndexedRows & { [LAYOUT]: number } = {
    ...{ [LAYOUT]: INDEX_VERSION, size, dimension, dtype, tensor },
    ...identityOf(table),
    // what is in one file needs no sample to be known
    sample: '',
  }
  const checksums = new Map(readPairs(source, metadata.checksums, 'checksums'))
  const sums = parts.map(({ name }) => checksums.get(name) ?? '').join('')
  const header = encodeHeader([...parts, checksumsTensor(parts)], { [METADATA_KEY]: JSON.stringify(indexed) })
  const places = parts.map(({ name }) => tensors.get(name) ?? { start: 0, end: 0 })
  return new JoinedSource(source, [header, ...places, new TextEncoder().encode(sums)])
}
