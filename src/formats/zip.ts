/**
 * The entries of a zip archive, as far as npz files are zip archives: stored or deflated, on one disk, not encrypted.
 *
 * ```
 * | local header, bytes | local header, bytes | … | directory: an entry each | [zip64 end, locator] | end, comment |
 * ```
 * Spec: APPNOTE.TXT 6.3 of PKWARE.
 */
import { readExactly } from '../sources/blocks.ts'
import type { ByteSource } from '../sources/source.ts'
import { MOST_EXPANSION, UnpackedSource } from '../sources/unpacked.ts'
import { invalidFormat, truncated, unsupported } from './malformed.ts'

export interface ZipEntry {
  readonly name: string
  /** 0 for stored, 8 for deflated. */
  readonly method: number
  readonly checksum: number
  readonly packed: number
  readonly size: number
  /** Of its local header, in the archive. */
  readonly start: number
}

const END = 0x06054b50
const END_BYTES = 22
const END64 = 0x06064b50
const END64_BYTES = 56
const LOCATOR = 0x07064b50
const LOCATOR_BYTES = 20
const ENTRY = 0x02014b50
const ENTRY_BYTES = 46
const LOCAL = 0x04034b50
const LOCAL_BYTES = 30
const MOST_COMMENT_BYTES = 65_535
const MOST_DIRECTORY_BYTES = 1 << 26

/** A number that stands in the zip64 field. */
const ELSEWHERE = 0xffffffff
const ZIP64 = 1

/**
 * The entries in the order of the directory.
 *
 * @throws `TRUNCATED` where the directory is not there, `INVALID_FORMAT` for names that are paths or come twice, entries that lie
 *   outside, over each other or over the directory, `UNSUPPORTED` for other methods and encryption
 */
export async function readZipEntries(source: ByteSource, signal?: AbortSignal): Promise<ZipEntry[]> {
  const { count, start, size } = await findDirectory(source, signal)
  if (size > MOST_DIRECTORY_BYTES || count * ENTRY_BYTES > size) {
    throw invalidFormat(source, `its directory of ${count} entries has ${size} bytes.`, { count, size })
  }
  const view = viewOf(await readExactly(source, start, start + size, signal))
  const entries: ZipEntry[] = []
  const names = new Set<string>()
  let position = 0
  for (let index = 0; index < count; index++) {
    const { entry, next } = readEntry(source, view, position)
    if (names.has(entry.name))
      throw invalidFormat(source, `the entry ${JSON.stringify(entry.name)} comes twice.`)
    names.add(entry.name)
    entries.push(entry)
    position = next
  }
  checkPlaces(source, entries, start)
  return entries
}

/** The contents of an entry. Throws `INVALID_FORMAT` where its own header says otherwise than the directory. */
export async function openZipEntry(
  source: ByteSource,
  entry: ZipEntry,
  signal?: AbortSignal,
): Promise<ByteSource> {
  const header = viewOf(await readExactly(source, entry.start, entry.start + LOCAL_BYTES, signal))
  const nameBytes = header.getUint16(26, true)
  const start = entry.start + LOCAL_BYTES + nameBytes + header.getUint16(28, true)
  const end = start + entry.packed
  const name = `${source.name}, ${entry.name}`
  if (end > source.size) throw truncated(source, `the entry ${JSON.stringify(entry.name)}`, end)
  const named = await readExactly(
    source,
    entry.start + LOCAL_BYTES,
    entry.start + LOCAL_BYTES + nameBytes,
    signal,
  )
  if (
    header.getUint32(0, true) !== LOCAL ||
    header.getUint16(8, true) !== entry.method ||
    decodeName(named) !== entry.name
  ) {
    throw invalidFormat(
      source,
      `the header of the entry ${JSON.stringify(entry.name)} says otherwise than the directory.`,
    )
  }
  if (entry.method === 0) return partOf(source, name, start, end)
  const before = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255)
  // a gzip stream's end holds the two numbers that the directory has: what is unpacked is checked against them
  const after = new Uint8Array(8)
  viewOf(after).setUint32(0, entry.checksum, true)
  viewOf(after).setUint32(4, entry.size, true)
  return new UnpackedSource({ source, name, size: entry.size, start, end, before, after })
}

function partOf(source: ByteSource, name: string, start: number, end: number): ByteSource {
  return {
    name,
    size: end - start,
    ...(source.concurrency === undefined ? {} : { concurrency: source.concurrency }),
    read: (from, to, options) => source.read(start + from, start + to, options),
    ...(source.readInto === undefined
      ? {}
      : { readInto: (from, target, options) => source.readInto!(start + from, target, options) }),
  }
}

interface Directory {
  count: number
  start: number
  size: number
}

async function findDirectory(source: ByteSource, signal: AbortSignal | undefined): Promise<Directory> {
  const tailStart = Math.max(0, source.size - END_BYTES - MOST_COMMENT_BYTES - LOCATOR_BYTES)
  const bytes = await readExactly(source, tailStart, source.size, signal)
  const tail = viewOf(bytes)
  for (let at = bytes.length - END_BYTES; at >= 0; at--) {
    if (tail.getUint32(at, true) !== END) continue
    if (at + END_BYTES + tail.getUint16(at + 20, true) !== bytes.length) continue
    const has64 = at >= LOCATOR_BYTES && tail.getUint32(at - LOCATOR_BYTES, true) === LOCATOR
    const directory = has64
      ? await readEnd64(source, readCount(tail, at - LOCATOR_BYTES + 8), signal)
      : readEnd(tail, at)
    const end = directory.start + directory.size
    if (end <= tailStart + at) return directory
    throw invalidFormat(source, `its directory is said to end at byte ${end}, behind where it can.`)
  }
  throw truncated(source, 'the directory of a zip archive, at its end,', source.size + END_BYTES)
}

const readEnd = (view: DataView, at: number): Directory => ({
  count: view.getUint16(at + 10, true),
  size: view.getUint32(at + 12, true),
  start: view.getUint32(at + 16, true),
})

async function readEnd64(
  source: ByteSource,
  start: number,
  signal: AbortSignal | undefined,
): Promise<Directory> {
  if (start + END64_BYTES > source.size)
    throw truncated(source, 'its zip64 directory end', start + END64_BYTES)
  const view = viewOf(await readExactly(source, start, start + END64_BYTES, signal))
  if (view.getUint32(0, true) !== END64) throw invalidFormat(source, `it has no directory end at ${start}.`)
  return { count: readCount(view, 32), size: readCount(view, 40), start: readCount(view, 48) }
}

function readEntry(source: ByteSource, view: DataView, at: number): { entry: ZipEntry; next: number } {
  const cut = () => invalidFormat(source, 'its directory ends in the middle of an entry.')
  if (at + ENTRY_BYTES > view.byteLength) throw cut()
  if (view.getUint32(at, true) !== ENTRY) throw invalidFormat(source, 'its directory holds what is no entry.')
  const nameEnd = at + ENTRY_BYTES + view.getUint16(at + 28, true)
  const extraEnd = nameEnd + view.getUint16(at + 30, true)
  const next = extraEnd + view.getUint16(at + 32, true)
  if (next > view.byteLength) throw cut()
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength)
  const name = decodeName(bytes.subarray(at + ENTRY_BYTES, nameEnd))
  const [size, packed, start] = readSizes(view, at, nameEnd, extraEnd)
  const method = view.getUint16(at + 10, true)
  const entry = { name, method, checksum: view.getUint32(at + 16, true), packed, size, start }
  checkEntry(source, entry, (view.getUint16(at + 8, true) & 1) === 1)
  return { entry, next }
}

/** Size, packed size and place, each in the entry or, where it does not fit there, in its zip64 field, in this order. */
function readSizes(
  view: DataView,
  at: number,
  extraStart: number,
  extraEnd: number,
): [number, number, number] {
  let field = extraStart
  while (field + 4 <= extraEnd && view.getUint16(field, true) !== ZIP64)
    field += 4 + view.getUint16(field + 2, true)
  let long = field + 4
  const sizes = [24, 20, 42].map((offset) => {
    const short = view.getUint32(at + offset, true)
    if (short !== ELSEWHERE || long + 8 > extraEnd) return short
    long += 8
    return readCount(view, long - 8)
  })
  return sizes as [number, number, number]
}

function checkEntry(source: ByteSource, entry: ZipEntry, encrypted: boolean): void {
  const { name, method, packed, size } = entry
  const shown = JSON.stringify(name)
  if (!isPlainName(name)) {
    throw invalidFormat(source, `its entry ${shown} is no plain name: paths are not read.`, { entry: name })
  }
  if (encrypted) throw unsupported(source, `its entry ${shown} is encrypted.`, { entry: name })
  if (method !== 0 && method !== 8) {
    throw unsupported(
      source,
      `its entry ${shown} is packed by method ${method}; stored and deflated ones are read.`,
      {
        entry: name,
        method,
      },
    )
  }
  if (method === 0 ? size !== packed : size > packed * MOST_EXPANSION) {
    throw invalidFormat(
      source,
      `its entry ${shown} is said to have ${size} bytes in ${packed} packed ones.`,
      {
        entry: name,
        size,
        packed,
      },
    )
  }
}

/** A file's name and no more: nothing that leads to another folder, or that a terminal would obey. */
function isPlainName(name: string): boolean {
  return /^[^\p{Cc}/\\:]{1,255}$/u.test(name) && !name.startsWith('.')
}

/** No entry over another or over the directory: such archives unpack to more than they hold. */
function checkPlaces(source: ByteSource, entries: readonly ZipEntry[], directory: number): void {
  const ordered = [...entries].sort((a, b) => a.start - b.start)
  ordered.forEach(({ name, start, packed }, index) => {
    const least = start + LOCAL_BYTES + name.length + packed
    const next = ordered[index + 1]?.start ?? directory
    if (least <= next) return
    throw invalidFormat(source, `its entry ${JSON.stringify(name)} lies over what follows it.`, {
      entry: name,
    })
  })
}

/** Rounded past 2^53, where no file reaches. */
function readCount(view: DataView, at: number): number {
  return Number(view.getBigUint64(at, true))
}

function decodeName(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes)
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength)
}
