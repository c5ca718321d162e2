/** Bytes that travel in a module: deflated (zlib), as base64, which every bundler keeps as it is. */

export function inflate(base64: string): ReadableStream<Uint8Array> {
  const text = atob(base64)
  const bytes = new Uint8Array(text.length)
  for (let i = 0; i < bytes.length; i++) bytes[i] = text.charCodeAt(i)
  return new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate'))
}
