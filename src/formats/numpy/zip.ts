/**
 * The entries of a zip archive, as far as npz files are zip archives: stored or deflated, on one disk, not
 * encrypted.
 *
 * ```
 * | local header, bytes | … | directory: an entry each | [zip64 end, locator] | end, comment |
 * ```
 * Spec: APPNOTE.TXT 6.3 of PKWARE.
 */
import { readExactly } from '../../sources/blocks.ts'
import type { ByteSource } from '../../sources/source.ts'
import { MAX_EXPANSION } from '../../sources/unpacked.ts'
import { invalidFormat, quoted, truncated, unsupported } from '../malformed.ts'

export interface ZipEntry {
  readonly name: string
  /** 0 for stored, 8 for deflated. */
  readonly method: number
  readonly checksum: number
  readonly packed: number
  readonly size: number
  /** Of its local header, in the archive. */
  readonly start: number
  /** Where the next entry begins, or the directory. */
  readonly limit: number
}

const END = 0x06054b50
const END_BYTES = 22
const END64 = 0x06064b50
const END64_BYTES = 56
const LOCATOR = 0x07064b50
const LOCATOR_BYTES = 20
const ENTRY = 0x02014b50
const ENTRY_BYTES = 46
export const LOCAL_BYTES = 30
const MAX_COMMENT_BYTES = 65_535
const MAX_DIRECTORY_BYTES = 1 << 26
/** More than an archive of arrays has. */
const MAX_ENTRIES = 65_536

/** A number that stands in the zip64 field. */
const ELSEWHERE = 0xffffffff
const ELSEWHERE_COUNT = 0xffff
const ZIP64 = 1

/**
 * The entries in the order of their bytes.
 *
 * @throws `TRUNCATED` where the directory is not there, `INVALID_FORMAT` for names that are paths or come
 *   twice, entries that lie outside, over each other or over the directory, a directory of more entries than
 *   it counts, `UNSUPPORTED` for other methods, encryption and archives in several files
 */
export async function readZipEntries(source: ByteSource, signal?: AbortSignal): Promise<ZipEntry[]> {
  const { count, start, size } = await findDirectory(source, signal)
  if (size > MAX_DIRECTORY_BYTES || count > MAX_ENTRIES || count * ENTRY_BYTES > size) {
    throw invalidFormat(source, `its directory of ${count} entries has ${size} bytes.`, { count, size })
  }
  const view = viewOf(await readExactly(source, start, start + size, signal))
  const entries = new Map<string, Described>()
  let position = 0
  for (let index = 0; index < count; index++) {
    const { entry, next } = readEntry(source, view, position)
    if (entries.has(entry.name)) throw invalidFormat(source, `the entry ${quoted(entry.name)} comes twice.`)
    entries.set(entry.name, entry)
    position = next
  }
  if (position < size) {
    const problem = `its directory goes on after the ${count} entries that it counts`
    const details = { count, expected: position, actual: size }
    throw invalidFormat(source, `${problem}: another reader would find more.`, details)
  }
  return withLimits(source, entries.values(), start)
}

/** The record at the end of an archive, or its zip64 form. */
interface Directory {
  /** The numbers of two disks. */
  readonly disks: readonly [number, number]
  /** Entries on this disk, and in all. */
  readonly here: number
  readonly count: number
  readonly size: number
  readonly start: number
  /** Where the record is, and where the directory must end. */
  readonly end: number
}

async function findDirectory(source: ByteSource, signal: AbortSignal | undefined): Promise<Directory> {
  const tailStart = Math.max(0, source.size - END_BYTES - MAX_COMMENT_BYTES - LOCATOR_BYTES)
  const tail = viewOf(await readExactly(source, tailStart, source.size, signal))
  for (let at = tail.byteLength - END_BYTES; at >= 0; at--) {
    if (tail.getUint32(at, true) !== END) continue
    if (at + END_BYTES + tail.getUint16(at + 20, true) !== tail.byteLength) continue
    const short: Directory = {
      disks: [tail.getUint16(at + 4, true), tail.getUint16(at + 6, true)],
      here: tail.getUint16(at + 8, true),
      count: tail.getUint16(at + 10, true),
      size: tail.getUint32(at + 12, true),
      start: tail.getUint32(at + 16, true),
      end: tailStart + at,
    }
    const locator = at - LOCATOR_BYTES
    if (locator < 0 || tail.getUint32(locator, true) !== LOCATOR) return checkDirectory(source, short, short)
    const long = await readEnd64(source, readCount(tail, locator + 8), tailStart + locator, signal)
    return checkDirectory(source, long, short)
  }
  throw truncated(source, 'the directory of a zip archive, at its end,', source.size + END_BYTES)
}

/** @param locator where the record ends that this one is found by */
async function readEnd64(
  source: ByteSource,
  end: number,
  locator: number,
  signal: AbortSignal | undefined,
): Promise<Directory> {
  if (end + END64_BYTES > source.size) throw truncated(source, 'its zip64 directory end', end + END64_BYTES)
  const view = viewOf(await readExactly(source, end, end + END64_BYTES, signal))
  if (view.getUint32(0, true) !== END64 || end + 12 + readCount(view, 4) !== locator) {
    throw invalidFormat(source, `it has no directory end at ${end}.`)
  }
  return {
    disks: [view.getUint32(16, true), view.getUint32(20, true)],
    here: readCount(view, 24),
    count: readCount(view, 32),
    size: readCount(view, 40),
    start: readCount(view, 48),
    end,
  }
}

/** @param short the record of 32 bits, whose numbers are those of `directory` or say that they are there */
function checkDirectory(source: ByteSource, directory: Directory, short: Directory): Directory {
  const { disks, here, count, size, start, end } = directory
  if (disks.some((disk) => disk !== 0)) throw unsupported(source, 'it is one of several files of an archive.')
  if (here !== count) {
    throw invalidFormat(source, `its directory counts ${here} entries here and ${count} in all.`)
  }
  const agrees = (value: number, long: number, mark: number) => value === mark || value === long
  if (
    !agrees(short.count, count, ELSEWHERE_COUNT) ||
    !agrees(short.size, size, ELSEWHERE) ||
    !agrees(short.start, start, ELSEWHERE)
  ) {
    throw invalidFormat(source, 'its two directory ends say different things.')
  }
  if (start + size === end) return directory
  throw invalidFormat(source, `its directory is said to end at byte ${start + size}; it ends at ${end}.`)
}

/** An entry as the directory has it. */
type Described = Omit<ZipEntry, 'limit'>

function readEntry(source: ByteSource, view: DataView, at: number): { entry: Described; next: number } {
  const cut = () => invalidFormat(source, 'its directory ends in the middle of an entry.')
  if (at + ENTRY_BYTES > view.byteLength) throw cut()
  if (view.getUint32(at, true) !== ENTRY) {
    throw invalidFormat(source, 'its directory holds something that is not an entry.')
  }
  const nameEnd = at + ENTRY_BYTES + view.getUint16(at + 28, true)
  const extraEnd = nameEnd + view.getUint16(at + 30, true)
  const next = extraEnd + view.getUint16(at + 32, true)
  if (next > view.byteLength) throw cut()
  const name = decodeName(
    new Uint8Array(view.buffer, view.byteOffset + at + ENTRY_BYTES, nameEnd - at - ENTRY_BYTES),
  )
  const field = zip64Field(view, nameEnd, extraEnd)
  const size = readSize(view, at + 24, field)
  const packed = readSize(view, at + 20, field)
  const start = readSize(view, at + 42, field)
  const method = view.getUint16(at + 10, true)
  const entry = { name, method, checksum: view.getUint32(at + 16, true), packed, size, start }
  checkEntry(source, entry, (view.getUint16(at + 8, true) & 1) === 1)
  return { entry, next }
}

/** Numbers of 64 bits for those that do not fit into 32, one after the other. */
export interface Zip64Field {
  position: number
  readonly end: number
}

export function zip64Field(view: DataView, extraStart: number, extraEnd: number): Zip64Field {
  for (let at = extraStart; at + 4 <= extraEnd; at += 4 + view.getUint16(at + 2, true)) {
    const end = Math.min(extraEnd, at + 4 + view.getUint16(at + 2, true))
    if (view.getUint16(at, true) === ZIP64) return { position: at + 4, end }
  }
  return { position: extraEnd, end: extraEnd }
}

/** The number at `at`, or the next of the zip64 field: it has size, packed size and place, in this order. */
export function readSize(view: DataView, at: number, field: Zip64Field): number {
  const short = view.getUint32(at, true)
  if (short !== ELSEWHERE || field.position + 8 > field.end) return short
  field.position += 8
  return readCount(view, field.position - 8)
}

function checkEntry(source: ByteSource, entry: Described, encrypted: boolean): void {
  const { name, method, packed, size } = entry
  const shown = quoted(name)
  if (!isPlainName(name)) {
    throw invalidFormat(source, `its entry ${shown} is no plain name: paths are not read.`, { entry: name })
  }
  if (encrypted) throw unsupported(source, `its entry ${shown} is encrypted.`, { entry: name })
  if (method !== 0 && method !== 8) {
    const problem = `its entry ${shown} is packed by method ${method}; stored and deflated ones are read.`
    throw unsupported(source, problem, { entry: name, method })
  }
  if (method === 0 ? size !== packed : size > packed * MAX_EXPANSION) {
    const problem = `its entry ${shown} is said to have ${size} bytes in ${packed} packed ones.`
    throw invalidFormat(source, problem, { entry: name, size, packed })
  }
}

/** A file's name and no more: nothing that leads to another folder, or that a terminal would obey. */
function isPlainName(name: string): boolean {
  return /^[^\p{Cc}/\\:]{1,255}$/u.test(name) && !name.startsWith('.')
}

/** No entry over another or the directory (such archives unpack to more), and nothing before the first. */
function withLimits(source: ByteSource, entries: Iterable<Described>, directory: number): ZipEntry[] {
  const ordered = [...entries].sort((a, b) => a.start - b.start)
  const limited = ordered.map((entry, index) => {
    const limit = ordered[index + 1]?.start ?? directory
    const { name, start, packed } = entry
    if (start + LOCAL_BYTES + name.length + packed <= limit) return { ...entry, limit }
    throw invalidFormat(source, `its entry ${quoted(name)} lies over what follows it.`, { entry: name })
  })
  const first = ordered[0]?.start ?? 0
  if (first === 0) return limited
  throw invalidFormat(source, `${first} bytes before its first entry belong to no entry.`)
}

/** Rounded past 2^53, where no file reaches. */
function readCount(view: DataView, at: number): number {
  return Number(view.getBigUint64(at, true))
}

export function decodeName(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes)
}

export function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength)
}
