/**
 * The contents of an entry of a zip archive, checked against its checksum whether stored or deflated.
 *
 * ```
 * | local header: sizes and checksum once more | name | extra fields | bytes | [both, after a stream] |
 * ```
 */
import { readExactly } from '../../sources/blocks.ts'
import { CheckedSource } from '../../sources/checked.ts'
import type { ByteSource } from '../../sources/source.ts'
import { UnpackedSource } from '../../sources/unpacked.ts'
import { invalidFormat, quoted, truncated } from '../malformed.ts'
import { decodeName, LOCAL_BYTES, readSize, viewOf, type ZipEntry, zip64Field } from './zip.ts'

const LOCAL = 0x04034b50
/** Of the flags: sizes and checksum were not known when the header was written, and follow the bytes. */
const FOLLOWS = 8
/** What then follows: a checksum and two sizes of 32 or 64 bits, after a signature or without. */
const DESCRIPTOR_BYTES: readonly number[] = [12, 16, 20, 24]

/**
 * @throws `INVALID_FORMAT` where its own header says otherwise than the directory, or where bytes behind it
 *   belong to nothing: another reader would find another file there
 */
export async function openZipEntry(
  source: ByteSource,
  entry: ZipEntry,
  signal?: AbortSignal,
): Promise<ByteSource> {
  const header = viewOf(await readExactly(source, entry.start, entry.start + LOCAL_BYTES, signal))
  const nameEnd = LOCAL_BYTES + header.getUint16(26, true)
  const bytesStart = nameEnd + header.getUint16(28, true)
  const start = entry.start + bytesStart
  const end = start + entry.packed
  if (end > source.size) throw truncated(source, `the entry ${quoted(entry.name)}`, end)
  const local = await readExactly(source, entry.start, start, signal)
  if (!agrees(viewOf(local), decodeName(local.subarray(LOCAL_BYTES, nameEnd)), nameEnd, entry)) {
    const problem = `the header of the entry ${quoted(entry.name)} says otherwise than the directory.`
    throw invalidFormat(source, problem, { entry: entry.name })
  }
  const behind = entry.limit - end
  const descriptor = (viewOf(local).getUint16(6, true) & FOLLOWS) !== 0
  if (behind !== 0 && !(descriptor && DESCRIPTOR_BYTES.includes(behind))) {
    const shown = `its entry ${quoted(entry.name)}`
    const problem =
      behind < 0
        ? `${shown} lies over what follows it.`
        : `${behind} bytes behind ${shown} belong to no entry.`
    throw invalidFormat(source, problem, { entry: entry.name })
  }
  const name = `${source.name}, ${entry.name}`
  const { checksum, size } = entry
  if (entry.method === 0) return new CheckedSource({ source, name, start, end, checksum })
  const before = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255)
  // a gzip stream ends in the two numbers that the directory has: what is unpacked is checked by them
  const after = new Uint8Array(8)
  viewOf(after).setUint32(0, checksum, true)
  viewOf(after).setUint32(4, size, true)
  return new UnpackedSource({ source, name, size, start, end, before, after })
}

/** Whether the local header says what the directory does, or has zeros for what follows the bytes. */
function agrees(local: DataView, name: string, nameEnd: number, entry: ZipEntry): boolean {
  if (local.getUint32(0, true) !== LOCAL || name !== entry.name) return false
  const flags = local.getUint16(6, true)
  if ((flags & 1) !== 0 || local.getUint16(8, true) !== entry.method) return false
  const field = zip64Field(local, nameEnd, local.byteLength)
  const size = readSize(local, 22, field)
  const packed = readSize(local, 18, field)
  const checksum = local.getUint32(14, true)
  const unknown = (flags & FOLLOWS) !== 0 && checksum === 0 && packed === 0 && size === 0
  return unknown || (checksum === entry.checksum && packed === entry.packed && size === entry.size)
}
