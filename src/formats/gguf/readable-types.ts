/** The types of GGUF tensors whose rows are read. */
import type { StoredType } from '../format.ts'
import { BF16, F16, F32, type NumberType } from '../number-types.ts'
import type { DecodeBlock } from './blocks.ts'
import { decodeIq4Xs, decodeQ2K, decodeQ3K, decodeQ4K, decodeQ5K, decodeQ6K } from './k-blocks.ts'
import * as small from './small-blocks.ts'
import { decodeTq1_0, decodeTq2_0 } from './ternary-blocks.ts'
import { GGUF_TYPES } from './types.ts'

const DECODERS: Readonly<Record<string, [stored: StoredType, decodeBlock: DecodeBlock]>> = {
  Q8_0: ['q8_0', small.decodeQ8_0],
  Q6_K: ['q6_k', decodeQ6K],
  Q5_K: ['q5_k', decodeQ5K],
  Q4_K: ['q4_k', decodeQ4K],
  Q3_K: ['q3_k', decodeQ3K],
  Q2_K: ['q2_k', decodeQ2K],
  Q5_1: ['q5_1', small.decodeQ5_1],
  Q5_0: ['q5_0', small.decodeQ5_0],
  Q4_1: ['q4_1', small.decodeQ4_1],
  Q4_0: ['q4_0', small.decodeQ4_0],
  Q2_0: ['q2_0', small.decodeQ2_0],
  Q1_0: ['q1_0', small.decodeQ1_0],
  IQ4_NL: ['iq4_nl', small.decodeIq4Nl],
  IQ4_XS: ['iq4_xs', decodeIq4Xs],
  MXFP4: ['mxfp4', small.decodeMxfp4],
  TQ1_0: ['tq1_0', decodeTq1_0],
  TQ2_0: ['tq2_0', decodeTq2_0],
}

/** By name, the more exact first. */
export const READABLE_TYPES: ReadonlyMap<string, NumberType> = new Map([
  ['F32', F32],
  ['F16', F16],
  ['BF16', BF16],
  ...[...GGUF_TYPES.values()].flatMap(({ name, block, bytes }): [string, NumberType][] => {
    const decoder = DECODERS[name]
    return decoder === undefined ? [] : [[name, blockType(decoder, block, bytes)]]
  }),
])

function blockType(
  [stored, decodeBlock]: [StoredType, DecodeBlock],
  numbers: number,
  bytes: number,
): NumberType {
  return {
    stored,
    numbers,
    bytes,
    decode(view, target) {
      for (let at = 0, to = 0; to < target.length; at += bytes, to += numbers) {
        decodeBlock(view, at, target, to)
      }
    },
  }
}
