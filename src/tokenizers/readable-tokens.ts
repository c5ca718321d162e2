/** Tokens as people read them: ` king`, where a byte-level vocabulary has `Ġking` and a sentencepiece one `▁king`. */
import type { TokenScript } from '../formats/format.ts'

/** The readable form of a token. Bytes that are no whole UTF-8 read `<0xE2><0x80>`. */
export function readableToken(token: string, script: TokenScript): string {
  if (script === 'sentencepiece') return token.replaceAll('▁', ' ')
  if (script === 'plain') return token
  const bytes = bytesOf(token)
  if (bytes === undefined) return token
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return Array.from(bytes, (byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`).join('')
  }
}

/**
 * The sign that stands for each byte in GPT-2's vocabulary and all that follow it: printable ones for themselves, the rest from U+0100 on.
 * From https://github.com/openai/gpt-2/blob/master/src/encoder.py (bytes_to_unicode).
 */
const BYTE_OF = new Map<string, number>()
let next = 256
for (let byte = 0; byte < 256; byte++) {
  const printable = (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174
  BYTE_OF.set(String.fromCharCode(printable ? byte : next++), byte)
}

/** Undefined where a sign stands for no byte: a token that was added as text. */
function bytesOf(token: string): Uint8Array | undefined {
  const bytes = new Uint8Array(token.length)
  for (let index = 0; index < token.length; index++) {
    const byte = BYTE_OF.get(token[index]!)
    if (byte === undefined) return undefined
    bytes[index] = byte
  }
  return bytes
}
