/** Files of rows with tokens, and what is read of them. */
import { readSafetensorsHeader } from '../../src/formats/safetensors/header.ts'
import { encodeSafetensors, type TensorToWrite, tokensTensor } from '../../src/formats/safetensors/writer.ts'
import { bytesSource } from '../../src/sources/bytes.ts'
import type { ByteSource } from '../../src/sources/source.ts'
import { join } from '../formats/files.ts'

export const TOKEN_TENSORS = ['token_blocks', 'token_checksums', 'token_slots', 'token_bytes']

/** @param tokens a list, or the bytes of one as it is to lie in the file */
export function namedFile(
  flat: Float32Array,
  dimension: number,
  tokens: readonly string[] | Uint8Array,
): Uint8Array {
  const shape = [flat.length / dimension, dimension]
  const bytes = new Uint8Array(flat.slice().buffer)
  const rows: TensorToWrite = { name: 'embeddings', dtype: 'F32', shape, bytes }
  const names =
    tokens instanceof Uint8Array
      ? { name: 'tokens', dtype: 'U8', shape: [tokens.length], bytes: tokens }
      : tokensTensor(tokens)
  return join(encodeSafetensors([rows, names]))
}

/** A source that counts what is read of the tokens of its file. */
export async function countingTokens(
  file: Uint8Array,
): Promise<{ source: ByteSource; read: { bytes: number } }> {
  const inner = bytesSource(file)
  const { start = 0, end = 0 } = (await readSafetensorsHeader(inner)).tensors.get('tokens') ?? {}
  const read = { bytes: 0 }
  const source: ByteSource = {
    ...inner,
    size: file.length,
    name: 'counted',
    read(from, to, options) {
      // the first bytes are looked at to know the format
      if (from > 0) read.bytes += Math.max(0, Math.min(to, end) - Math.max(from, start))
      return inner.read(from, to, options)
    },
  }
  return { source, read }
}
