/**
 * Checksums that find a torn or damaged file: XXH64 (Collet, "xxHash fast digest algorithm", version 0.1.1),
 * computed faster than files are read. Nothing here guards against someone who means to deceive.
 */
import xxhash, { type XXHash, type XXHashAPI } from 'xxhash-wasm'

/** Bytes of a chunk that is read and added at once. */
export const CHUNK_BYTES = 1 << 20

let loading: Promise<XXHashAPI> | undefined

/** What computes XXH32 of a few bytes at once. */
export async function shortChecksum(): Promise<(bytes: Uint8Array, seed?: number) => number> {
  loading ??= xxhash()
  return (await loading).h32Raw
}

export class Checksum {
  private constructor(private readonly hash: XXHash<bigint>) {}

  static async start(): Promise<Checksum> {
    loading ??= xxhash()
    return new Checksum((await loading).create64())
  }

  add(chunk: Uint8Array): void {
    this.hash.update(chunk)
  }

  /** 16 hexadecimal digits. */
  hex(): string {
    return this.hash.digest().toString(16).padStart(16, '0')
  }
}
