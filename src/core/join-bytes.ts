/** Joins chunks of bytes into one array; returns the chunk itself where only one is not empty. */
export function joinBytes(given: readonly Uint8Array[]): Uint8Array {
  const chunks = given.filter(({ length }) => length > 0)
  if (chunks.length === 1 && chunks[0]) return chunks[0]
  const joined = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0))
  let offset = 0
  for (const chunk of chunks) {
    joined.set(chunk, offset)
    offset += chunk.length
  }
  return joined
}
