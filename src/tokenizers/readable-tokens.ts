/** Tokens as people read them: ` king` for `Ġking` (byte-level) and for `▁king` (sentencepiece). */
import type { TokenScript } from '../formats/format.ts'

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** The readable form of a token. Bytes that are not whole UTF-8 read `<0xE2><0x80>`. */
export function readableToken(token: string, script: TokenScript): string {
  if (script === 'sentencepiece') return token.replaceAll('▁', ' ')
  if (script === 'plain') return token
  const bytes: number[] = []
  for (const letter of token) {
    const byte = BYTE_OF.get(letter)
    // a token that was added as text
    if (byte === undefined) return token
    bytes.push(byte)
  }
  try {
    return UTF8.decode(Uint8Array.from(bytes))
  } catch {
    return byteLabel(bytes)
  }
}

/** `<0xE2><0x80>`: the readable form of a part of a UTF-8 sequence. */
export function byteLabel(bytes: readonly number[]): string {
  return bytes.map((byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`).join('')
}

/**
 * The letter for each byte in the vocabularies of GPT-2 and its successors: a printable one for itself, the
 * rest from U+0100 on. From https://github.com/openai/gpt-2/blob/master/src/encoder.py (bytes_to_unicode).
 */
const BYTE_OF = new Map<string, number>()
let next = 256
for (let byte = 0; byte < 256; byte++) {
  const printable = (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174
  BYTE_OF.set(String.fromCharCode(printable ? byte : next++), byte)
}
