/** The SHA-256 of answers, whatever they are made of. */

/** What the digest is of: typed arrays by their bytes, everything else as JSON. */
export type Answer = ArrayBufferView | string | number | boolean | null | readonly Answer[]

export async function digestOf(answers: Answer): Promise<string> {
  const parts: BlobPart[] = []
  add(answers, parts)
  const hash = await crypto.subtle.digest('SHA-256', await new Blob(parts).arrayBuffer())
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

function add(answer: Answer, parts: BlobPart[]): void {
  if (ArrayBuffer.isView(answer)) {
    const { buffer, byteOffset, byteLength } = answer
    parts.push(new Uint8Array(buffer, byteOffset, byteLength).slice())
  } else if (isList(answer)) for (const part of answer) add(part, parts)
  else parts.push(`${JSON.stringify(answer)}\n`)
}

// Array.isArray does not tell a readonly list from the rest
const isList = (answer: Answer): answer is readonly Answer[] => Array.isArray(answer)
