/**
 * Tokens in the file of an index, so that a few are read without the others:
 *
 *   token_blocks     U32 [⌈V/8⌉]    where each block of eight tokens ends in token_bytes
 *   token_checksums  U32 [S/128]    XXH32 of each 128 slots; the seed is its place here
 *   token_slots      U32 [S]        a hash table: id + 1 in the lower 25 bits, the upper 7 of the hash in the
 *                                   others; 0 where a slot is free; S is 2·V, rounded up to a multiple of 128
 *   token_bytes      U8             blocks: XXH32 of the rest of the block as U32, its seed the number of the
 *                                   block; the bytes of each of its tokens as U16; these bytes, UTF-8
 *
 * The hash is XXH32 of a token's bytes. The search for it begins at the slot hash mod S, goes on slot by slot,
 * from the last to the first, and ends at a free one. Of equal tokens the table has the first alone.
 */

import type { IndexTensor } from './index-layout.ts'

export const TOKEN_BLOCKS = 'token_blocks'
export const TOKEN_CHECKSUMS = 'token_checksums'
export const TOKEN_SLOTS = 'token_slots'
export const TOKEN_BYTES = 'token_bytes'

/** Tokens of a block; the last may have fewer. */
export const BLOCK_TOKENS = 8
/** Bytes of a block before the lengths of its tokens: its checksum. */
export const LENGTHS_AT = 4
/** Bytes of a block before its tokens. */
export const BLOCK_HEAD_BYTES = LENGTHS_AT + 2 * BLOCK_TOKENS
/** The longest token, in bytes. */
export const MAX_TOKEN_BYTES = 0xffff
/** Slots that are read together. */
export const PAGE_SLOTS = 128
export const PAGE_BYTES = 4 * PAGE_SLOTS

/** Bits of a slot for an id + 1; a list of tokens has at most 2^24. */
const ID_BITS = 25

/** What is in the slot of a token. */
export function slotOf(id: number, hash: number): number {
  return (((hash >>> ID_BITS) << ID_BITS) | (id + 1)) >>> 0
}

/** The id in a slot that is not free. */
export const idInSlot = (slot: number) => (slot & (2 ** ID_BITS - 1)) - 1

/** Whether a slot may be that of a token with this hash. */
export const mayHave = (slot: number, hash: number) => slot >>> ID_BITS === hash >>> ID_BITS

/** Slots for so many tokens: at least half of them stay free. */
export const slotsFor = (size: number) => PAGE_SLOTS * Math.ceil((2 * size) / PAGE_SLOTS)

/** Their tensors, in the order in which they lie. @param bytes of all blocks */
export function tokenTensors(size: number, bytes: number): readonly IndexTensor[] {
  const blocks = Math.ceil(size / BLOCK_TOKENS)
  const slots = slotsFor(size)
  const pages = slots / PAGE_SLOTS
  return [
    { name: TOKEN_BLOCKS, dtype: 'U32', shape: [blocks], size: 4 * blocks },
    { name: TOKEN_CHECKSUMS, dtype: 'U32', shape: [pages], size: 4 * pages },
    { name: TOKEN_SLOTS, dtype: 'U32', shape: [slots], size: 4 * slots },
    { name: TOKEN_BYTES, dtype: 'U8', shape: [bytes], size: bytes },
  ]
}
