/**
 * The numbers rowspace promises, bit for bit, in the slowest and plainest way. Written from the description
 * of the order (assembly/dot.ts, assembly/norm.ts), not from the code.
 */
const { fround } = Math

export type Vector = ArrayLike<number>

/**
 * Float32: product i goes to lane i mod 16; the four registers of four lanes are added as (s0 + s1) + (s2 +
 * s3), the lanes of their sum as (l0 + l2) + (l1 + l3). Every product and every sum is rounded.
 */
export function dot32(a: Vector, b: Vector): number {
  const lanes = new Array<number>(16).fill(0)
  for (let i = 0; i < a.length; i++) {
    const product = fround(a[i]! * b[i]!)
    lanes[i % 16] = fround(lanes[i % 16]! + product)
  }
  const sums = [0, 1, 2, 3].map((lane) => {
    const [s0, s1, s2, s3] = [0, 4, 8, 12].map((register) => lanes[register + lane]!)
    return fround(fround(s0! + s1!) + fround(s2! + s3!))
  })
  return fround(fround(sums[0]! + sums[2]!) + fround(sums[1]! + sums[3]!))
}

/** Float64, left to right. */
export function dot64(a: Vector, b: Vector): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}

/** ||vector||² in float64: square i to lane i mod 4, the lanes added as (l0 + l2) + (l1 + l3). */
export function squaredNorm(vector: Vector): number {
  const lanes = [0, 0, 0, 0]
  for (let i = 0; i < vector.length; i++) lanes[i % 4]! += vector[i]! * vector[i]!
  return lanes[0]! + lanes[2]! + (lanes[1]! + lanes[3]!)
}

/** 1/||vector|| in float32; 0 for zeros, NaN for a norm outside [2^-50, 2^60]. */
export function inverseNorm(vector: Vector): number {
  const squared = squaredNorm(vector)
  if (squared === 0) return 0
  const norm = Math.sqrt(squared)
  return norm < 2 ** -50 || norm > 2 ** 60 ? Number.NaN : fround(1 / norm)
}

/** The dot product; in float64, rounded once, where the float32 sum is not finite. */
export function dotScore(row: Vector, query: Vector): number {
  const product = dot32(row, query)
  return Number.isFinite(product) ? product : fround(dot64(row, query))
}

/** The cosine; in float64, rounded once, where the float32 way gives no finite number. 0 for zeros. */
export function cosineScore(row: Vector, query: Vector): number {
  const scale = fround(inverseNorm(row) * inverseNorm(query))
  const cosine = fround(dot32(row, query) * scale)
  if (Number.isFinite(cosine)) return cosine
  const product = dot64(row, query)
  if (product === 0) return 0
  return fround(product / (Math.sqrt(dot64(row, row)) * Math.sqrt(dot64(query, query))))
}
