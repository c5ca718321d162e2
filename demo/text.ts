/** Scores and names as the page writes them. */
import { percent } from '../data/figures.ts'

export const decimal = (value: number, digits: number): string =>
  `${value < 0 ? '−' : ''}${Math.abs(value).toFixed(digits)}`
export const cosineText = (value: number): string => decimal(value, 4)
export const dotText = (value: number): string => decimal(value, 3)

/** With a no-break space, which HTML does not wrap at. */
export const percentText = (share: number): string => percent(share).replace(' ', '\u00a0')

/** A token with its white space made visible: GPT-2's “␣king” is another one than “king”. */
export function visible(name: string): string {
  return name.replace(/^ /, '␣').replaceAll('\n', '⏎')
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
