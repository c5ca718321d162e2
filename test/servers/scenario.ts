/**
 * What the fault server does, and the bytes it gives: shared by the server and the tests, in Node and in
 * Chromium.
 */

/** Done to one request, in the order of the list. */
export type Fault =
  | { kind: 'none' }
  /** The connection is broken after so many bytes of the body. */
  | { kind: 'cut'; after: number }
  /** The body ends nowhere after so many bytes, the connection stays. */
  | { kind: 'stall'; after: number }
  /** The body ends properly after so many bytes, without a length. */
  | { kind: 'early'; after: number }
  /** The connection is broken before any header. */
  | { kind: 'reset' }
  | { kind: 'status'; status: number; headers?: Record<string, string> }
  /** A true 206 with fewer bytes than were requested. */
  | { kind: 'short'; bytes: number }
  /** The Content-Range says another start than the bytes have. */
  | { kind: 'shift'; by: number }
  /** The Content-Range says another start, and the bytes are those up to the requested end. */
  | { kind: 'start'; by: number }
  /** Served as it should be, with these headers. */
  | { kind: 'headers'; headers: Record<string, string> }
  /** The Content-Range says another size of the file. */
  | { kind: 'size'; size: number }
  /** 206 without a Content-Range. */
  | { kind: 'unsaid' }
  /** 206 with more bytes than the Content-Range says. */
  | { kind: 'surplus'; bytes: number }
  /** 200 with the whole file. */
  | { kind: 'whole' }
  /** From this request on it is another file, with another tag. */
  | { kind: 'change' }

export interface Scenario {
  size: number
  /** The file itself, in base64, where it is no matter of a seed: what changes is then its tag alone. */
  content?: string
  seed?: number
  faults?: Fault[]
  /** Done to every request the list has nothing for. */
  always?: Fault
  /** 'strong' unless given. */
  tag?: 'strong' | 'weak' | 'none'
  headers?: Record<string, string>
  /** Bytes a second. */
  rate?: number
  /** Requests are sent on to the same path of this origin. */
  redirect?: string
}

export interface Seen {
  method: string
  range: string | null
  ifRange: string | null
  authorization: string | null
  host: string
  /** Bytes of body that were sent. */
  bytes: number
}

/** Byte `index` of the file of a seed. */
export function byteAt(seed: number, index: number): number {
  return (Math.imul(index ^ (seed << 20), 0x9e3779b1) >>> 13) & 255
}

export function bytesOf(seed: number, start: number, end: number): Uint8Array {
  return Uint8Array.from({ length: end - start }, (_, offset) => byteAt(seed, start + offset))
}

/**
 * Whether `bytes` are those of the file from `start` on. (A matcher that explains each byte takes seconds for
 * a megabyte.)
 */
export function areBytes(bytes: Uint8Array, seed: number, start: number, end: number): boolean {
  return bytes.length === end - start && bytes.every((byte, offset) => byte === byteAt(seed, start + offset))
}
