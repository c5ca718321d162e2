/** Reads an index into memory, and checks that it is whole and of these rows. */

import { RowspaceError } from '../core/errors.ts'
import type { TableOptions } from '../core/options.ts'
import { invalidFormat } from '../formats/malformed.ts'
import { readSafetensorsHeader, type SafetensorsHeader } from '../formats/safetensors/header.ts'
import { readBlocks, readExactly } from '../sources/blocks.ts'
import { Checksum } from '../sources/checksum.ts'
import type { ByteSource } from '../sources/source.ts'
import type { CoreSource } from '../table/load-core.ts'
import {
  bytesOfCodes,
  CHECKSUM_BYTES,
  CHECKSUMS,
  type CodeBits,
  checksumsTensor,
  INDEX_VERSION,
  type IndexedRows,
  indexTensors,
  LAYOUT,
  METADATA_KEY,
} from './index-layout.ts'
import { identityOf, type StoredFile } from './open-stored-file.ts'
import type { ViewOptions } from './options.ts'
import { sampleOf } from './row-sample.ts'
import { StoredCodes } from './stored-codes.ts'
import { TOKEN_BYTES, tokenTensors } from './token-layout.ts'

/** Bytes that are read at once. */
const BLOCK_BYTES = 1 << 22

/** How an index is read. */
export interface IndexReading {
  core?: CoreSource | undefined
  threads?: TableOptions['threads']
  signal?: AbortSignal | undefined
  /** Called with the bytes read so far. */
  onBytes?: ((done: number, total: number) => void) | undefined
  /** Bytes that one memory may have. Default: nearly 4 GiB. */
  mostBytes?: number | undefined
  /** Bytes that all codes may take, if the caller says so. */
  memory?: ViewOptions['memory']
}

/** An index that is open, and is of the rows that it was opened for. */
export interface OpenIndex {
  readonly source: ByteSource
  readonly header: SafetensorsHeader
  readonly bits: CodeBits
  /** Of its tokens; undefined where it has none. */
  readonly marksWordStarts: boolean | undefined
}

/**
 * Reads the header of an index.
 *
 * @throws RowspaceError `CHANGED` for an index of other rows, `INVALID_FORMAT`, `TRUNCATED`
 */
export async function readIndexHeader(
  source: ByteSource,
  stored: StoredFile,
  signal: AbortSignal | undefined,
): Promise<OpenIndex> {
  const header = await readSafetensorsHeader(source, signal)
  const indexed = readIndexedRows(source, header)
  await checkRows(source, indexed, stored, signal)
  const { marksWordStarts } = indexed
  return { source, header, bits: bitsOf(source, header, stored, marksWordStarts), marksWordStarts }
}

/**
 * The codes of an index.
 *
 * @throws RowspaceError `INVALID_FORMAT`, `TRUNCATED`, `CHECKSUM_MISMATCH`, `OUT_OF_MEMORY`
 */
export async function loadIndex(
  index: OpenIndex,
  stored: StoredFile,
  { core, threads, signal, onBytes, mostBytes, memory }: IndexReading,
): Promise<StoredCodes> {
  const { size, dimension } = stored.file
  const { bits } = index
  checkMemory(index.source, stored, bits, memory)
  const codes = await StoredCodes.create(core, { size, dimension, bits, threads }, mostBytes)
  try {
    await readParts(index, codes.targets(), signal, onBytes)
    codes.shareCommonParts()
    return codes
  } catch (error) {
    codes.dispose()
    throw error
  }
}

export function readIndexedRows(source: ByteSource, { metadata }: SafetensorsHeader): Partial<IndexedRows> {
  const problem = `it is not an index of rowspace's: its metadata has no "${METADATA_KEY}".`
  const text = metadata.get(METADATA_KEY)
  if (text === undefined) throw invalidFormat(source, problem)
  let indexed: (Partial<IndexedRows> & { [LAYOUT]?: unknown }) | null
  try {
    indexed = JSON.parse(text)
  } catch {
    throw invalidFormat(source, `its metadata "${METADATA_KEY}" is not JSON.`)
  }
  const layout = indexed?.[LAYOUT]
  if (indexed === null || typeof indexed !== 'object' || typeof layout !== 'number') {
    throw invalidFormat(source, problem)
  }
  if (layout === INDEX_VERSION) return indexed
  throw new RowspaceError(
    'UNSUPPORTED',
    `${source.name} is an index of layout ${layout}; this version reads ${INDEX_VERSION}. Make it again ` +
      '(npx rowspace index), or use another version of rowspace.',
    { source: source.name, [LAYOUT]: layout },
  )
}

/** Throws `CHANGED` unless the rows are those that the index is of. */
export async function checkRows(
  source: ByteSource,
  indexed: Partial<IndexedRows>,
  { file, rows }: StoredFile,
  signal: AbortSignal | undefined,
): Promise<void> {
  const remedy =
    file.rowsInFile === undefined
      ? 'Make the index again (npx rowspace index).'
      : 'View the table without limit, or make an index with the same limit: writeIndex(source, { limit }).'
  const { bytes, version } = identityOf(file)
  const changed = (what: string, expected: unknown, actual: unknown) =>
    new RowspaceError(
      'CHANGED',
      `${source.name} is the index of other rows than those of ${file.source.name}: their ${what} was ` +
        `${expected}, and is ${actual}. ${remedy}`,
      { source: source.name, expected, actual },
    )
  const facts = [
    ['shape', `${indexed.size} x ${indexed.dimension}`, `${file.size} x ${file.dimension}`],
    ['type', indexed.dtype, file.dtype],
    ['tensor', indexed.tensor, file.tensor],
    ['file size', indexed.bytes, bytes],
  ] as const
  for (const [what, expected, actual] of facts) {
    if (expected !== actual) throw changed(what, expected, actual)
  }
  if (version !== undefined && version === indexed.version) return
  const sample = await sampleOf(rows, file.size, signal)
  if (sample !== indexed.sample) throw changed('checksum', indexed.sample, sample)
}

/** Bits of a code. Throws `INVALID_FORMAT` unless the file has the tensors of an index of these rows. */
export function bitsOf(
  source: ByteSource,
  { tensors }: SafetensorsHeader,
  { file }: { readonly file: Pick<IndexedRows, 'size' | 'dimension'> },
  marksWordStarts: unknown,
): CodeBits {
  const bits = tensors.get('codes')?.dtype === 'U8' ? 4 : 8
  const tokenBytes = tensors.get(TOKEN_BYTES)?.elements ?? 0
  const tokens = marksWordStarts === undefined ? [] : tokenTensors(file.size, tokenBytes)
  const parts = [...indexTensors(file.size, file.dimension, bits), ...tokens]
  const expected = [...parts, checksumsTensor(parts)]
  for (const { name, dtype, shape } of expected) {
    const found = tensors.get(name)
    if (found?.dtype === dtype && `${found.shape}` === `${shape}`) continue
    const shown = found === undefined ? 'is missing' : `is ${found.dtype} [${found.shape}]`
    throw invalidFormat(source, `tensor "${name}" ${shown}; ${dtype} [${shape}] was expected.`, {
      tensor: name,
    })
  }
  return bits
}

/** Throws `OUT_OF_MEMORY` for codes of more bytes than the caller allows. */
function checkMemory(
  { name }: ByteSource,
  { file: { size, dimension } }: StoredFile,
  bits: CodeBits,
  memory: ViewOptions['memory'],
): void {
  const needed = bytesOfCodes(size, dimension, bits)
  if (typeof memory !== 'number' || needed <= memory) return
  const remedy =
    bits === 8
      ? `Codes of 4 bits take ${bytesOfCodes(size, dimension, 4)}: npx rowspace index --codes int4.`
      : 'Allow more, or view fewer rows (limit).'
  throw new RowspaceError(
    'OUT_OF_MEMORY',
    `${name}: codes of ${bits} bits take ${needed} bytes of memory, and ${memory} are allowed. ${remedy}`,
    { byteLength: needed },
  )
}

async function readParts(
  { source, header: { tensors } }: OpenIndex,
  targets: ReadonlyMap<string, readonly Uint8Array[]>,
  signal: AbortSignal | undefined,
  onBytes?: IndexReading['onBytes'],
): Promise<void> {
  const { start: sumsAt = 0, end: sumsEnd = 0 } = tensors.get(CHECKSUMS) ?? {}
  const sums = new TextDecoder().decode(await readExactly(source, sumsAt, sumsEnd, signal))
  const total = [...targets.values()].flat().reduce((sum, { length }) => sum + length, 0)
  let done = 0
  for (const [place, [name, { start }]] of [...tensors].entries()) {
    const views = targets.get(name)
    if (views === undefined) continue
    const checksum = await Checksum.start()
    let at = start
    for (const target of views) {
      const options = { signal, blockBytes: BLOCK_BYTES, target }
      // a block is counted in while the next is read
      for await (const block of readBlocks(source, at, at + target.length, options)) {
        checksum.add(block)
        done += block.length
        onBytes?.(done, total)
      }
      at += target.length
    }
    const expected = sums.slice(place * CHECKSUM_BYTES, (place + 1) * CHECKSUM_BYTES)
    const actual = checksum.hex()
    if (actual !== expected) throw damaged(source, name, actual, expected)
  }
}

/** A tensor of an index, read whole. Throws `CHECKSUM_MISMATCH`. */
export async function readWhole(
  index: OpenIndex,
  name: string,
  signal: AbortSignal | undefined,
): Promise<Uint8Array<ArrayBuffer>> {
  const { start = 0, end = 0 } = index.header.tensors.get(name) ?? {}
  const bytes = new Uint8Array(end - start)
  await readParts(index, new Map([[name, [bytes]]]), signal)
  return bytes
}

/** The error for a part of an index that is not as it was written. */
export function damaged(
  source: ByteSource,
  tensor: string,
  actual: string | number,
  expected: string | number | undefined,
): RowspaceError {
  return new RowspaceError(
    'CHECKSUM_MISMATCH',
    `${source.name}: tensor "${tensor}" is damaged: its checksum is ${actual}; ${expected} was expected. ` +
      'Copy the index again, or make it again (npx rowspace index).',
    { source: source.name },
  )
}
