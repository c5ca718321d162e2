/** Figures and names as the page writes them. */

const NUMBERS = new Intl.NumberFormat('en')
export const count = (value: number): string => NUMBERS.format(value)
export const signed = (value: number, digits: number): string =>
  `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(digits)}`
export const decimal = (value: number, digits: number): string =>
  `${value < 0 ? '−' : ''}${Math.abs(value).toFixed(digits)}`
export const cosineText = (value: number): string => decimal(value, 4)
export const dotText = (value: number): string => decimal(value, 3)
export const millisecondsText = (value: number): string =>
  value < 0.1 ? `${value.toFixed(3)} ms` : value < 10 ? `${value.toFixed(2)} ms` : `${value.toFixed(1)} ms`

/** Decimal units: 1 kB is 1,000 bytes. */
export function bytesText(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB']
  const step = bytes < 1 ? 0 : Math.min(Math.floor(Math.log10(bytes) / 3), units.length - 1)
  return `${Number((bytes / 1000 ** step).toPrecision(3))} ${units[step]}`
}

/** 38,597,376 as 38.6M. */
export function roundedText(value: number): string {
  const units = ['', 'k', 'M', 'B', 'T']
  const step = value < 1000 ? 0 : Math.min(Math.floor(Math.log10(value) / 3), units.length - 1)
  return step === 0 ? String(value) : `${Number((value / 1000 ** step).toFixed(1))}${units[step]}`
}

export const percentText = (share: number): string =>
  `${share >= 0.995 ? (share * 100).toFixed(0) : (share * 100).toPrecision(share < 0.1 ? 2 : 3)} %`

/** A token with its white space made visible: GPT-2's “␣king” is another one than “king”. */
export function visible(name: string): string {
  return name.replace(/^ /, '␣').replaceAll('\n', '⏎')
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
