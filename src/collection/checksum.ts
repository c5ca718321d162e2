/** Checksums of tensors: the SHA-256 of the SHA-256s of their pieces, so that pieces are digested while the next are read. */
import { RowspaceError } from '../errors.ts'

/** Bytes of a piece; the last of a tensor may be shorter. */
export const PIECE_BYTES = 1 << 20
/** Digests under way at once. */
const AT_ONCE = 4

export class Checksum {
  private readonly digests: Promise<ArrayBuffer>[] = []

  /** Adds the next piece, which must stay as it is until the checksum is made. Resolves once few are under way. */
  async add(piece: Uint8Array): Promise<void> {
    const digest = sha256(piece)
    digest.catch(() => {}) // awaited later
    this.digests.push(digest)
    await this.digests.at(-AT_ONCE)
  }

  /** As hexadecimal digits. */
  async hex(): Promise<string> {
    const all = await Promise.all(this.digests)
    return hexOf(await sha256(new Uint8Array(await new Blob(all).arrayBuffer())))
  }
}

/** The SHA-256 of a text, as hexadecimal digits. */
export async function textChecksum(text: string): Promise<string> {
  return hexOf(await sha256(new TextEncoder().encode(text)))
}

function sha256(bytes: Uint8Array): Promise<ArrayBuffer> {
  const subtle = globalThis.crypto?.subtle
  if (subtle !== undefined) return subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>)
  throw new RowspaceError(
    'UNSUPPORTED',
    'collections are saved with checksums, which browsers compute in secure contexts alone: serve the page by https or from localhost',
  )
}

function hexOf(digest: ArrayBuffer): string {
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
