/** Figures as the command and the page write them: three digits, and a space before the unit (ISO 31). */

const NUMBERS = new Intl.NumberFormat('en-US')

/** 1,234,567 */
export const count = (value: number): string => NUMBERS.format(value)

const SIZES = ['bytes', 'kB', 'MB', 'GB', 'TB'] as const

/** 137 MB, 77.2 MB: powers of 1000. */
export function bytes(value: number): string {
  if (value < 1000) return `${value} bytes`
  let power = 0
  let rest = value
  while (rest >= 999.5 && power < SIZES.length - 1) {
    rest /= 1000
    power++
  }
  return `${rest.toFixed(rest < 9.995 ? 2 : rest < 99.95 ? 1 : 0)} ${SIZES[power]}`
}

/** 31.0 %; small shares have two figures: 0.14 %. */
export function percent(share: number): string {
  const value = share * 100
  return `${value >= 1 || value === 0 ? value.toFixed(1) : value.toPrecision(2)} %`
}

/** 38.6M, 8.02B */
export function rounded(value: number): string {
  if (value >= 999.95e6) return `${(value / 1e9).toPrecision(3)}B`
  return value >= 1e6 ? `${(value / 1e6).toFixed(1)}M` : count(value)
}

/** 0.042 ms, 0.31 ms, 12.3 ms, 1.2 s */
export function duration(milliseconds: number): string {
  if (milliseconds >= 999.5) return `${(milliseconds / 1000).toFixed(1)} s`
  const digits = [0.1, 10, 100].filter((limit) => milliseconds < limit).length
  return `${milliseconds.toFixed(digits)} ms`
}
