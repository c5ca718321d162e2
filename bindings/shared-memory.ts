/**
 * The build for several threads. It differs from the other by one bit: whether the memory it imports is
 * shared. So it is made from the other's bytes instead of travelling beside them; test/bindings/ compares it
 * with the compiler's own.
 *
 * WebAssembly core specification, binary format: a module is 8 bytes and then sections of an id, a length and
 * a body. The import section (id 2) holds, for each import, two names, a kind (2: a memory) and its limits,
 * whose first byte is 1 with a maximum and 3 with a maximum and shared (threads proposal).
 */

const IMPORTS = 2
const MEMORY = 2
const WITH_MAXIMUM = 1
const SHARED_WITH_MAXIMUM = 3

/** A copy of a core's bytes whose one import is a shared memory. */
export function withSharedMemory(core: BufferSource): Uint8Array<ArrayBuffer> {
  const view = ArrayBuffer.isView(core)
    ? new Uint8Array(core.buffer, core.byteOffset, core.byteLength)
    : new Uint8Array(core)
  const bytes = new Uint8Array(view)
  let at = 8
  /** A number in LEB128. */
  const number = () => {
    let value = 0
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++] ?? 0
      value |= (byte & 127) << shift
      if (byte < 128) return value
    }
  }
  const name = () => {
    const length = number()
    at += length
  }
  while (at < bytes.length) {
    const id = bytes[at++]
    const end = number() + at
    if (id === IMPORTS) {
      number() // there is one import
      name()
      name()
      if (bytes[at] === MEMORY && bytes[at + 1] === WITH_MAXIMUM) {
        bytes[at + 1] = SHARED_WITH_MAXIMUM
        return bytes
      }
    }
    at = end
  }
  throw new TypeError('the core imports no memory with a maximum')
}
