/** Decimal text to the nearest float32, straight from bytes. */

/** Powers of ten that float64 holds exactly. */
const EXACT_POWERS = Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`))
const EXACT_LIMIT = 2 ** 53
/** Half way between the largest float32 and 2^128: the smallest number that rounds to Infinity. */
const OVERFLOW = 2 ** 128 - 2 ** 103
/** The middle of two float32 has at most 113 significant digits: m / 2^150 with m < 2^25. */
const MAX_DIGITS = 120
const [PLUS, MINUS, POINT, ZERO] = [0x2b, 0x2d, 0x2e, 0x30]

/** Whether a byte separates numbers: space and tab do. */
export function isSeparator(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x09
}

/**
 * Reads one number after another. An object, because `read` has two results: the number, and where it ends.
 *
 * Rounding is right: the answer is the float32 nearest to the decimal, ties to even. A float64 is made first
 * (exactly rounded while the digits stay under 2^53 and the power of ten under 10^23: Clinger 1990; else by
 * Number()), and rounded again to float32. That double rounding can only go wrong where the float64 lies
 * exactly between two float32, about one number in 2^29: there the decimal itself is compared.
 */
export class DecimalReader {
  /** One past the last number read; -1 if there was none. */
  end = 0

  /**
   * The number that starts at `start` and ends before a space, a tab or `limit`. Accepts a sign, digits, a
   * fraction, an exponent, and nan, inf and infinity in any case; anything else (hexadecimal, 1_000, an empty
   * field) sets `end` to -1.
   */
  read(bytes: Uint8Array, start: number, limit: number): number {
    const sign = bytes[start]
    const first = sign === MINUS || sign === PLUS ? start + 1 : start
    let mantissa = 0
    let index = first
    for (; index < limit; index++) {
      const digit = (bytes[index] ?? 0) - ZERO
      if (digit < 0 || digit > 9) break
      mantissa = mantissa * 10 + digit
    }
    let digits = index - first
    let places = 0
    if (index < limit && bytes[index] === POINT) {
      const fraction = ++index
      for (; index < limit; index++) {
        const digit = (bytes[index] ?? 0) - ZERO
        if (digit < 0 || digit > 9) break
        mantissa = mantissa * 10 + digit
      }
      places = index - fraction
      digits += places
    }
    const power = EXACT_POWERS[places]
    const isPlain = digits > 0 && (index >= limit || isSeparator(bytes[index]))
    // Past 2^53 the sum is no longer exact, but it stays past 2^53.
    if (isPlain && power !== undefined && mantissa < EXACT_LIMIT) {
      const magnitude = mantissa / power
      if (!liesBetween(magnitude)) {
        this.end = index
        return Math.fround(sign === MINUS ? -magnitude : magnitude)
      }
    }
    return this.#readText(bytes, start, limit)
  }

  /** Exponents, many digits, nan, inf, and what is not a number at all. */
  #readText(bytes: Uint8Array, start: number, limit: number): number {
    let end = start
    while (end < limit && !isSeparator(bytes[end])) end++
    this.end = end
    const text = asciiText(bytes, start, end)
    const number = roundToFloat32(text)
    if (!Number.isNaN(number)) return number
    const special = SPECIAL.get(text.replace(/^[+-]/, '').toLowerCase())
    if (special === undefined) this.end = -1
    return special !== undefined && text.startsWith('-') ? -special : (special ?? Number.NaN)
  }
}

const SPECIAL = new Map([
  ['nan', Number.NaN],
  ['inf', Infinity],
  ['infinity', Infinity],
])

// not UTF-8, which would drop a byte order mark
const DECODER = new TextDecoder('latin1')
/** Up to here adding letters is faster. */
const SHORT_TEXT = 64

/** The text of what may be a number, and then is ASCII. */
function asciiText(bytes: Uint8Array, start: number, end: number): string {
  const part = bytes.subarray(start, end)
  if (part.length > SHORT_TEXT) return DECODER.decode(part)
  let text = ''
  for (const byte of part) text += String.fromCharCode(byte)
  return text
}

/** Whether `value` is the exact middle of two float32: then its mirror image is a float32 too. */
function liesBetween(value: number): boolean {
  const single = Math.fround(value)
  if (single === value) return false
  if (!Number.isFinite(single)) return Math.abs(value) === OVERFLOW
  const mirrored = value + (value - single)
  return Math.fround(mirrored) === mirrored
}

/** What JavaScript reads as a number, but no table has: an empty text, hexadecimal digits, Infinity. */
const NOT_DECIMAL = /^$|[^\d.e+-]/i

/** The float32 nearest to a decimal; NaN if `text` is not a decimal. */
export function roundToFloat32(text: string): number {
  const value = NOT_DECIMAL.test(text) ? Number.NaN : Number(text)
  if (!liesBetween(value)) return Math.fround(value)
  const magnitude = Math.abs(value)
  // If it had larger exponents, 2^128 would come after the largest float32.
  const even = Math.min(Math.fround(magnitude), 2 ** 128)
  const odd = magnitude + (magnitude - even)
  const order = compareDecimal(text.replace(/^[+-]/, ''), magnitude)
  const nearest = order > 0 ? Math.max(even, odd) : Math.min(even, odd)
  return Math.sign(value) * Math.fround(order === 0 ? even : nearest)
}

/** The sign of (decimal − value), where value is the middle of two float32: an integer divided by 2^150. */
function compareDecimal(text: string, value: number): number {
  const { whole, exponent } = wholeAndExponent(text)
  const decimal = (whole << 150n) * 10n ** BigInt(Math.max(exponent, 0))
  const binary = BigInt(value * 2 ** 150) * 10n ** BigInt(Math.max(-exponent, 0))
  return Number(decimal > binary) - Number(decimal < binary)
}

/**
 * decimal = whole · 10^exponent. Digits past those that the middle of two float32 can have only matter by
 * being zeros or not: one digit stands for all of them, so that integers stay small however long the text is.
 */
function wholeAndExponent(text: string): { whole: bigint; exponent: number } {
  const [mantissa = '', power = '0'] = text.toLowerCase().split('e')
  const [integer = '', fraction = ''] = mantissa.split('.')
  const digits = integer + fraction
  const first = digits.search(/[1-9]/)
  const head = digits.slice(first, first + MAX_DIGITS)
  const tail = /[1-9]/.test(digits.slice(first + MAX_DIGITS)) ? '1' : '0'
  return { whole: BigInt(head + tail), exponent: Number(power) + integer.length - first - head.length - 1 }
}

/** The shortest decimal that reads back as the float32 `value`; nan, inf and -inf for those. */
export function shortestDecimal(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf'
  if (Number.isInteger(value) && Math.abs(value) < 2 ** 24) return Object.is(value, -0) ? '-0' : String(value)
  return String(shortDouble(value) ?? preciseDouble(value))
}

/** For up to 13 places. */
const SHORT_POWERS = EXACT_POWERS.slice(0, 14)

/**
 * The float64 of the decimal with the fewest places that rounds to the float32 `value`. Only tried where nine
 * digits times a power of ten stay exact; formatting a number costs a hundred times what this costs.
 */
function shortDouble(value: number): number | undefined {
  const magnitude = Math.abs(value)
  if (magnitude < 1e-4 || magnitude >= 1e6) return undefined
  for (const power of SHORT_POWERS) {
    const rounded = Math.round(value * power) / power
    // Stryker disable next-line ConditionalExpression: without it the same is found, more slowly
    if (Math.fround(rounded) === value) return rounded
  }
  return undefined
}

/** The same for any value: two float32 always differ in their first nine digits (IEEE 754). */
function preciseDouble(value: number): number {
  for (let precision = 1; precision < 9; precision++) {
    const rounded = Number(value.toPrecision(precision))
    if (Math.fround(rounded) === value) return rounded
  }
  return Number(value.toPrecision(9))
}
