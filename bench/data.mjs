/** Tables to measure on, made from a seed or read from a file, and queries for them. All rows and queries are scaled to length 1. */

export const KINDS = ['outliers', 'gaussian', 'clustered']

/** Numbers of 32 bits from a seed (xorshift32, Marsaglia 2003). */
function xorshift(seed) {
  let state = Math.imul(seed, 0x9e3779b9) ^ 0x5bd1e995 || 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return state >>> 0
  }
}

/** Evenly distributed numbers in 0 … 1 from a seed. */
export function evenNumbers(seed) {
  const next = xorshift(seed)
  return () => next() / 2 ** 32
}

/** Normally distributed numbers, two at a time (Box and Muller 1958). */
function normalNumbers(even) {
  let second
  return () => {
    if (second !== undefined) {
      const value = second
      second = undefined
      return value
    }
    const radius = Math.sqrt(-2 * Math.log(1 - even()))
    const angle = 2 * Math.PI * even()
    second = radius * Math.sin(angle)
    return radius * Math.cos(angle)
  }
}

/** Nearly normal numbers, four even ones of 8 bits added: fast enough for a thousand million of them. */
export function nearlyNormalNumbers(seed) {
  const next = xorshift(seed)
  return () => {
    const bits = next()
    return ((bits & 255) + ((bits >>> 8) & 255) + ((bits >>> 16) & 255) + (bits >>> 24) - 510) / 147.8
  }
}

const OUTLIER_COLUMNS = 3
const CLUSTERS = 200

/**
 * gaussian: isotropic. outliers: the same with a common mean and three columns ten times as wide, as tables of language models have
 * them. clustered: around 200 centres.
 */
export function seededRows({ size, dimension, kind, seed }) {
  const even = evenNumbers(seed)
  const normal = normalNumbers(even)
  const rows = new Float32Array(size * dimension)
  for (let at = 0; at < rows.length; at++) rows[at] = normal()
  if (kind === 'outliers') {
    const mean = Float32Array.from({ length: dimension }, normal)
    const wide = Array.from({ length: OUTLIER_COLUMNS }, () => Math.floor(even() * dimension))
    for (let at = 0; at < rows.length; at += dimension) {
      for (const column of wide) rows[at + column] *= 10
      for (let j = 0; j < dimension; j++) rows[at + j] += mean[j]
    }
  }
  if (kind === 'clustered') {
    const centres = Float32Array.from({ length: CLUSTERS * dimension }, normal)
    for (let at = 0; at < rows.length; at += dimension) {
      const centre = Math.floor(even() * CLUSTERS) * dimension
      for (let j = 0; j < dimension; j++) rows[at + j] = rows[at + j] / 3 + centres[centre + j]
    }
  }
  return toUnitRows(rows, dimension)
}

/** Scales every row to length 1, in place; rows of zeros stay. */
export function toUnitRows(rows, dimension) {
  for (let at = 0; at < rows.length; at += dimension) {
    let squares = 0
    for (let j = 0; j < dimension; j++) squares += rows[at + j] ** 2
    const scale = squares === 0 ? 0 : 1 / Math.sqrt(squares)
    for (let j = 0; j < dimension; j++) rows[at + j] *= scale
  }
  return rows
}

/** Rows and analogies of rows (a − b + c), in turns. */
export function queriesFrom(rows, dimension, count, seed) {
  const even = evenNumbers(seed + 1)
  const some = () => {
    const at = Math.floor(even() * (rows.length / dimension)) * dimension
    return rows.subarray(at, at + dimension)
  }
  return Array.from({ length: count }, (_, place) => {
    const [a, b, c] = [some(), some(), some()]
    return place % 2 === 0
      ? a.slice()
      : toUnitRows(
          a.map((value, j) => value - b[j] + c[j]),
          dimension,
        )
  })
}
