/** Gzip files, npy arrays and zip archives made for tests: what they say can be made to be wrong. */
import { ascii, join } from './files.ts'
import { bytesOf } from './gguf-files.ts'

async function through(bytes: Uint8Array, stream: CompressionStream): Promise<Uint8Array> {
  const packed = new Blob([bytes as BlobPart]).stream().pipeThrough(stream)
  return new Uint8Array(await new Response(packed).arrayBuffer())
}

export const gzip = (bytes: Uint8Array) => through(bytes, new CompressionStream('gzip'))
const deflate = (bytes: Uint8Array) => through(bytes, new CompressionStream('deflate-raw'))

/** A gzip file with another size in its trailer. */
export function withSize(packed: Uint8Array, size: number): Uint8Array {
  const changed = packed.slice()
  new DataView(changed.buffer).setUint32(changed.length - 4, size, true)
  return changed
}

/** An npy file of version 1. */
export function npy(descr: string, shape: readonly number[], values: ArrayBufferView): Uint8Array {
  const items = shape.length === 1 ? `${shape[0]},` : shape.join(', ')
  const dict = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${items}), }`
  const padded = `${dict.padEnd(Math.ceil((dict.length + 11) / 64) * 64 - 11)}\n`
  const length = Uint8Array.of(padded.length & 255, padded.length >> 8)
  return join([
    Uint8Array.of(0x93),
    ascii('NUMPY'),
    Uint8Array.of(1, 0),
    length,
    ascii(padded),
    bytesOf(values),
  ])
}

/** Words as numpy keeps them: `<U` and the letters of the longest. */
export function wordArray(words: readonly string[]): Uint8Array {
  const points = words.map((word) => Array.from(word, (letter) => letter.codePointAt(0)!))
  const longest = Math.max(...points.map(({ length }) => length))
  const flat = points.flatMap((each) => Array.from({ length: longest }, (_, place) => each[place] ?? 0))
  return npy(`<U${longest}`, [words.length], Uint32Array.from(flat))
}

export interface ZipSpec {
  name: string
  bytes: Uint8Array
  /** Deflated unless given. */
  stored?: boolean
  /** Sizes in a zip64 field, as numpy.savez writes them into local headers. */
  long?: boolean
  /** What the directory says, where it lies. */
  method?: number
  size?: number
  packed?: number
  start?: number
  flags?: number
  checksum?: number
  /** What its own header says, where it differs from the directory. */
  local?: Partial<Entry>
  /** Bytes between its own and what follows. */
  behind?: Uint8Array
}

/** What the end of the directory says, where it lies. */
export interface ZipEnd {
  /** Entries here, and in all files of the archive. */
  counts?: readonly [number, number]
  disks?: readonly [number, number]
  size?: number
  start?: number
  /** Bytes between the directory and its end. */
  before?: Uint8Array
  /** The same in a zip64 record: its own counts, size and start. */
  long?: {
    counts?: readonly [number, number]
    disks?: readonly [number, number]
    size?: number
    start?: number
  }
}

export async function zip(files: readonly ZipSpec[], comment = '', end: ZipEnd = {}): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  const directory: Uint8Array[] = []
  let position = 0
  for (const file of files) {
    const { name, bytes, stored = false, long = false, flags = 0 } = file
    const packed = stored ? bytes : await deflate(bytes)
    const entry = {
      method: file.method ?? (stored ? 0 : 8),
      checksum: file.checksum ?? crc32(bytes),
      packed: file.packed ?? packed.length,
      size: file.size ?? bytes.length,
      start: file.start ?? position,
      flags,
    }
    const header = localHeader({ ...entry, name, ...file.local }, long)
    const local = join([header, packed, file.behind ?? new Uint8Array()])
    chunks.push(local)
    directory.push(directoryEntry({ ...entry, name }, long))
    position += local.length
  }
  const entries = join(directory)
  const counts = [files.length, files.length] as const
  const said = { counts, disks: [0, 0] as const, size: entries.length, start: position }
  const record = end.long && directoryEnd64({ ...said, ...end.long }, position + entries.length)
  return join([
    ...chunks,
    entries,
    end.before ?? new Uint8Array(),
    record ?? new Uint8Array(),
    directoryEnd({ ...said, ...end }, comment),
  ])
}

export interface Entry {
  name: string
  method: number
  checksum: number
  packed: number
  size: number
  start: number
  flags: number
}

function localHeader({ name, method, checksum, packed, size, flags }: Entry, long: boolean): Uint8Array {
  const header = new Uint8Array(30)
  const view = new DataView(header.buffer)
  view.setUint32(0, 0x04034b50, true)
  view.setUint16(6, flags, true)
  view.setUint16(8, method, true)
  view.setUint32(14, checksum, true)
  view.setUint32(18, long ? 0xffffffff : packed, true)
  view.setUint32(22, long ? 0xffffffff : size, true)
  view.setUint16(26, ascii(name).length, true)
  view.setUint16(28, long ? 20 : 0, true)
  return join([header, ascii(name), long ? zip64(size, packed) : new Uint8Array()])
}

function directoryEntry(entry: Entry, long: boolean): Uint8Array {
  const header = new Uint8Array(46)
  const view = new DataView(header.buffer)
  view.setUint32(0, 0x02014b50, true)
  view.setUint16(8, entry.flags, true)
  view.setUint16(10, entry.method, true)
  view.setUint32(16, entry.checksum, true)
  view.setUint32(20, long ? 0xffffffff : entry.packed, true)
  view.setUint32(24, long ? 0xffffffff : entry.size, true)
  view.setUint16(28, ascii(entry.name).length, true)
  view.setUint16(30, long ? 20 : 0, true)
  view.setUint32(42, entry.start, true)
  return join([header, ascii(entry.name), long ? zip64(entry.size, entry.packed) : new Uint8Array()])
}

function zip64(size: number, packed: number): Uint8Array {
  const field = new DataView(new ArrayBuffer(20))
  field.setUint16(0, 1, true)
  field.setUint16(2, 16, true)
  field.setBigUint64(4, BigInt(size), true)
  field.setBigUint64(12, BigInt(packed), true)
  return bytesOf(field)
}

type Said = Required<Omit<ZipEnd, 'before' | 'long'>>

function directoryEnd({ counts, disks, size, start }: Said, comment: string): Uint8Array {
  const end = new DataView(new ArrayBuffer(22))
  end.setUint32(0, 0x06054b50, true)
  end.setUint16(4, disks[0], true)
  end.setUint16(6, disks[1], true)
  end.setUint16(8, counts[0], true)
  end.setUint16(10, counts[1], true)
  end.setUint32(12, size, true)
  end.setUint32(16, start, true)
  end.setUint16(20, comment.length, true)
  return join([bytesOf(end), ascii(comment)])
}

/** The zip64 record, which stands at `place`, and the locator that leads to it. */
function directoryEnd64({ counts, disks, size, start }: Said, place: number): Uint8Array {
  const end = new DataView(new ArrayBuffer(76))
  end.setUint32(0, 0x06064b50, true)
  end.setBigUint64(4, 44n, true)
  end.setUint32(16, disks[0], true)
  end.setUint32(20, disks[1], true)
  end.setBigUint64(24, BigInt(counts[0]), true)
  end.setBigUint64(32, BigInt(counts[1]), true)
  end.setBigUint64(40, BigInt(size), true)
  end.setBigUint64(48, BigInt(start), true)
  end.setUint32(56, 0x07064b50, true)
  end.setBigUint64(64, BigInt(place), true)
  end.setUint32(72, 1, true)
  return bytesOf(end)
}

/** By the definition: a bit at a time. */
export function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0)
  }
  return ~crc >>> 0
}
