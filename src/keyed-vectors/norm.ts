/** Lengths of vectors, in float64. */

/** Σ aᵢ bᵢ, in order of i. */
export function dotProduct(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}

/** ||vector||. */
export function norm(vector: ArrayLike<number>): number {
  return Math.sqrt(dotProduct(vector, vector))
}

/** The vector scaled to length 1; zeros stay zeros. */
export function normalized(vector: Float32Array): Float32Array {
  const length = norm(vector) || 1
  const unit = new Float32Array(vector.length)
  for (let i = 0; i < unit.length; i++) unit[i] = vector[i]! / length
  return unit
}
