/** Scores, norms and tokens as people read them. */

export function cosine(value: number): string {
  return value.toFixed(4)
}

/** A column of dots or norms: all with as many decimals as give the largest five figures (29.907). */
export function column(values: Iterable<number>): (value: number) => string {
  let largest = 0
  for (const value of values) if (Number.isFinite(value)) largest = Math.max(largest, Math.abs(value))
  if (largest !== 0 && (largest < 0.001 || largest >= 1e9)) return (value) => value.toExponential(4)
  const digits = largest < 10 ? 1 : Math.floor(Math.log10(largest)) + 1
  return (value) => value.toFixed(Math.max(0, 5 - digits))
}

/** A token as it is; quoted and escaped where it has white space or characters that control a terminal. */
export function token(text: string | undefined): string {
  if (text === undefined) return '–'
  if (/^[\p{L}\p{M}\p{N}\p{P}\p{S}]+$/u.test(text) && !text.startsWith('"')) return text
  const escaped = (character: string) =>
    character.replace(/[\s\S]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
  return JSON.stringify(text).replace(/[\p{C}\p{Zl}\p{Zp}]/gu, escaped)
}

/** ‖row‖ */
export function norm(row: Float32Array): number {
  return Math.sqrt(row.reduce((sum, value) => sum + value * value, 0))
}
