/** Numbers and tokens as people read them. */

/** 1,234,567 */
export function count(value: number): string {
  return value.toLocaleString('en-US')
}

const SIZES = ['bytes', 'kB', 'MB', 'GB', 'TB'] as const

/** 136.6 MB: powers of 1000. */
export function bytes(value: number): string {
  if (value < 1000) return `${value} bytes`
  let power = 0
  let rest = value
  while (rest >= 999.5 && power < SIZES.length - 1) {
    rest /= 1000
    power++
  }
  return `${rest.toFixed(rest < 10 ? 2 : rest < 99.95 ? 1 : 0)} ${SIZES[power]}`
}

/** 31.0%; small shares keep two figures: 0.14%. */
export function share(value: number): string {
  const percent = value * 100
  return `${percent >= 1 || percent === 0 ? percent.toFixed(1) : percent.toPrecision(2)}%`
}

/** 38.6M, 8.02B */
export function rounded(value: number): string {
  if (value >= 999.5e6) return `${(value / 1e9).toPrecision(3)}B`
  return value >= 1e6 ? `${(value / 1e6).toFixed(1)}M` : count(value)
}

/** 0.31 ms, 1.2 s */
export function duration(milliseconds: number): string {
  if (milliseconds >= 1000) return `${(milliseconds / 1000).toFixed(1)} s`
  return `${milliseconds.toFixed(milliseconds < 10 ? 2 : 0)} ms`
}

export function cosine(value: number): string {
  return value.toFixed(4)
}

/** A column of dots or norms: one number of decimals for all, so that the largest shows five figures (29.907). */
export function column(values: Iterable<number>): (value: number) => string {
  let largest = 0
  for (const value of values) if (Number.isFinite(value)) largest = Math.max(largest, Math.abs(value))
  if (largest !== 0 && (largest < 0.001 || largest >= 1e9)) return (value) => value.toExponential(4)
  const digits = largest < 10 ? 1 : Math.floor(Math.log10(largest)) + 1
  return (value) => value.toFixed(Math.max(0, 5 - digits))
}

/** A token plain where it is plain; quoted and escaped where it has white space or signs a terminal would obey. */
export function token(text: string | undefined): string {
  if (text === undefined) return '–'
  if (/^[\p{L}\p{M}\p{N}\p{P}\p{S}]+$/u.test(text) && !text.startsWith('"')) return text
  const escaped = (sign: string) =>
    `\\u${[...sign].map((normalize) => normalize.charCodeAt(0).toString(16).padStart(4, '0')).join('\\u')}`
  return JSON.stringify(text).replace(/[\p{C}\p{Zl}\p{Zp}]/gu, escaped)
}

/** ‖row‖ */
export function norm(row: Float32Array): number {
  return Math.sqrt(row.reduce((sum, value) => sum + value * value, 0))
}
