/** Tokens as an index has them: read once, a block of the file at a time. */

import type { OwnTokens } from '../formats/format.ts'
import { shortChecksum } from '../sources/checksum.ts'
import type { IndexTensor } from './index-layout.ts'
import {
  BLOCK_HEAD_BYTES,
  BLOCK_TOKENS,
  idInSlot,
  LENGTHS_AT,
  MAX_TOKEN_BYTES,
  mayHave,
  PAGE_BYTES,
  slotOf,
  slotsFor,
  TOKEN_BLOCKS,
  TOKEN_BYTES,
  TOKEN_CHECKSUMS,
  TOKEN_SLOTS,
  tokenTensors,
} from './token-layout.ts'

/** A token that UTF-8 cannot write. */
const HALF_PAIR = /\p{Surrogate}/u
const ENCODER = new TextEncoder()

type Hash = Awaited<ReturnType<typeof shortChecksum>>

/** Undefined where a token cannot be written: half of a surrogate pair in it. */
export async function encodeTokens(
  tokens: OwnTokens,
  size: number,
  signal: AbortSignal | undefined,
): Promise<EncodedTokens | undefined> {
  const encoded = new EncodedTokens(size, tokens.bytes, await shortChecksum())
  for await (const words of tokens.read(signal)) {
    signal?.throwIfAborted()
    for (const word of words) if (!encoded.add(word)) return undefined
  }
  encoded.seal()
  return encoded
}

export class EncodedTokens {
  /** Whether a token begins with SentencePiece's `▁`. */
  marksWordStarts = false
  #count = 0
  #end = 0
  readonly #bytes: Uint8Array
  readonly #blockEnds: Uint32Array
  readonly #slots: Uint32Array

  constructor(
    private readonly size: number,
    textBytes: number,
    private readonly hash: Hash,
  ) {
    const blocks = Math.ceil(size / BLOCK_TOKENS)
    // in the file each token has two quotes beside its bytes
    this.#bytes = new Uint8Array(textBytes + blocks * BLOCK_HEAD_BYTES)
    this.#blockEnds = new Uint32Array(blocks)
    this.#slots = new Uint32Array(slotsFor(size))
  }

  /** Appends a token. Returns false if it cannot be written. */
  add(word: string): boolean {
    this.marksWordStarts ||= word[0] === '▁'
    const id = this.#count++
    const place = id % BLOCK_TOKENS
    if (place === 0) this.#end += BLOCK_HEAD_BYTES
    const start = this.#end
    const { written } = ENCODER.encodeInto(word, this.#bytes.subarray(start))
    // as many bytes as letters are ASCII
    if (written !== word.length && HALF_PAIR.test(word)) return false
    if (written > MAX_TOKEN_BYTES) return false
    this.#end += written
    const block = Math.floor(id / BLOCK_TOKENS)
    const lengthAt = this.#startOf(block) + LENGTHS_AT + 2 * place
    this.#bytes[lengthAt] = written & 0xff
    this.#bytes[lengthAt + 1] = written >>> 8
    this.#blockEnds[block] = this.#end
    this.#place(id, this.#bytes.subarray(start, this.#end))
    return true
  }

  /** Puts the checksum of each block into it, when all tokens are there. */
  seal(): void {
    const view = new DataView(this.#bytes.buffer)
    for (const [block, end] of this.#blockEnds.entries()) {
      const start = this.#startOf(block)
      view.setUint32(start, this.hash(this.#bytes.subarray(start + LENGTHS_AT, end), block), true)
    }
  }

  get tensors(): readonly IndexTensor[] {
    return tokenTensors(this.size, this.#end)
  }

  /** The bytes of one of `tensors`; undefined for any other. */
  part(name: string): Uint8Array | undefined {
    const blocks = this.#bytes.subarray(0, this.#end)
    if (name === TOKEN_BYTES) return blocks
    const words = new Map([
      [TOKEN_BLOCKS, () => this.#blockEnds],
      [TOKEN_SLOTS, () => this.#slots],
      [TOKEN_CHECKSUMS, () => this.#checksums()],
    ]).get(name)?.()
    return words && new Uint8Array(words.buffer)
  }

  /** Puts an id in the first free slot, unless an equal token is in one before. */
  #place(id: number, token: Uint8Array): void {
    const slots = this.#slots
    const hash = this.hash(token)
    let slot = hash % slots.length
    for (let other = slots[slot]; other !== undefined && other > 0; other = slots[slot]) {
      if (mayHave(other, hash) && areEqual(this.#tokenAt(idInSlot(other)), token)) return
      slot = (slot + 1) % slots.length
    }
    slots[slot] = slotOf(id, hash)
  }

  #tokenAt(id: number): Uint8Array {
    const block = Math.floor(id / BLOCK_TOKENS)
    return tokenIn(this.#bytes.subarray(this.#startOf(block)), id % BLOCK_TOKENS)
  }

  #startOf(block: number): number {
    return block === 0 ? 0 : (this.#blockEnds[block - 1] ?? 0)
  }

  #checksums(): Uint32Array<ArrayBuffer> {
    const slots = new Uint8Array(this.#slots.buffer)
    return Uint32Array.from({ length: slots.length / PAGE_BYTES }, (_, page) =>
      this.hash(slots.subarray(page * PAGE_BYTES, (page + 1) * PAGE_BYTES), page),
    )
  }
}

/** The bytes of the token at a place of a block. */
export function tokenIn(block: Uint8Array, place: number): Uint8Array {
  let start = BLOCK_HEAD_BYTES
  for (let before = 0; before < place; before++) start += lengthIn(block, before)
  return block.subarray(start, start + lengthIn(block, place))
}

function lengthIn(block: Uint8Array, place: number): number {
  const at = LENGTHS_AT + 2 * place
  return (block[at] ?? 0) + 256 * (block[at + 1] ?? 0)
}

function areEqual(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  for (let index = 0; index < a.length; index++) if (a[index] !== b[index]) return false
  return true
}
