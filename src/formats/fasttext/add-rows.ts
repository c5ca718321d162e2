/** Sums of rows in float32. */

/** Four numbers at a time: a third faster in V8 than one. */
export function addRow(
  target: Float32Array,
  to: number,
  numbers: Float32Array,
  from: number,
  dimension: number,
): void {
  const rest = to + (dimension & 3)
  let j = from
  let i = to
  for (; i < rest; i++, j++) target[i] = Math.fround(target[i]! + numbers[j]!)
  for (const end = to + dimension; i < end; i += 4, j += 4) {
    const first = Math.fround(target[i]! + numbers[j]!)
    const second = Math.fround(target[i + 1]! + numbers[j + 1]!)
    const third = Math.fround(target[i + 2]! + numbers[j + 2]!)
    const fourth = Math.fround(target[i + 3]! + numbers[j + 3]!)
    target[i] = first
    target[i + 1] = second
    target[i + 2] = third
    target[i + 3] = fourth
  }
}

/** A sum of `count` rows as their mean: times the float32 nearest to 1 / count, as fastText does it. */
export function shareRow(target: Float32Array, from: number, dimension: number, count: number): void {
  const share = Math.fround(1 / count)
  for (let place = from; place < from + dimension; place++) target[place]! *= share
}

/** Little-endian float32, which rows of a model may hold at any byte. */
export function alignedNumbers(bytes: Uint8Array): Float32Array {
  const { buffer, byteOffset, byteLength } = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice()
  return new Float32Array(buffer, byteOffset, byteLength / 4)
}
