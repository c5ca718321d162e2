/** Decimal text to the nearest float32, straight from bytes. */

/** Powers of ten that float64 holds exactly. */
const EXACT_POWERS = Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`))
const EXACT_LIMIT = 2 ** 53
const MAX_FLOAT32 = (2 - 2 ** -23) * 2 ** 127
/** The middle of two float32 has at most 113 significant digits: m / 2^150 with m < 2^25. */
const MAX_DIGITS = 120
const [PLUS, MINUS, POINT, LETTER_E] = [0x2b, 0x2d, 0x2e, 0x65]

/** Space and tab: what separates numbers. */
export function isSeparator(byte: number): boolean {
  return byte === 0x20 || byte === 0x09
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39
}

/**
 * Reads one number after another. An object, because `read` answers twice: with the number, and with where it ended.
 *
 * Rounding is right: the answer is the float32 nearest to the decimal, ties to even. A float64 is made first (exactly
 * rounded while the digits stay under 2^53 and the power of ten under 10^23: Clinger 1990; else by Number()), and rounded
 * again to float32. That double rounding can only go wrong where the float64 lies exactly between two float32, about one
 * number in 2^29: there the decimal itself is compared.
 */
export class DecimalReader {
  /** One past the number that was read last; -1 if there was none. */
  end = 0

  /**
   * The number that starts at `start` and ends before a space, a tab or `limit`. Accepts a sign, digits, a fraction, an
   * exponent, and nan, inf and infinity in any case; anything else (hexadecimal, 1_000, an empty field) sets `end` to -1.
   */
  read(bytes: Uint8Array, start: number, limit: number): number {
    let index = start
    const sign = bytes[index]
    if (sign === 0x2d || sign === 0x2b) index++
    const whole = index
    let mantissa = 0
    for (; index < limit && isDigit(bytes[index]!); index++) mantissa = mantissa * 10 + (bytes[index]! - 0x30)
    let digits = index - whole
    let exponent = 0
    if (index < limit && bytes[index] === 0x2e) {
      const fraction = ++index
      for (; index < limit && isDigit(bytes[index]!); index++)
        mantissa = mantissa * 10 + (bytes[index]! - 0x30)
      exponent = fraction - index
      digits -= exponent
    }
    if (index < limit && !isSeparator(bytes[index]!)) return this.#rare(bytes, start, limit)
    if (digits === 0) return this.#rare(bytes, start, limit)
    this.end = index
    // Past 2^53 the sum is no longer exact, but it stays past 2^53.
    if (mantissa >= EXACT_LIMIT || exponent < -22) return this.#exact(bytes, start, index)
    const magnitude = mantissa / EXACT_POWERS[-exponent]!
    if (liesBetween(magnitude)) return this.#exact(bytes, start, index)
    return Math.fround(sign === 0x2d ? -magnitude : magnitude)
  }

  /** Exponents, nan, inf, and what is not a number at all. */
  #rare(bytes: Uint8Array, start: number, limit: number): number {
    let end = start
    while (end < limit && !isSeparator(bytes[end]!)) end++
    this.end = end
    if (isDecimal(bytes, start, end)) return this.#exact(bytes, start, end)
    const special = SPECIAL.exec(asciiText(bytes, start, Math.min(end, start + LONGEST_SPECIAL + 1)))
    if (!special) this.end = -1
    if (!special || special[2]) return Number.NaN
    return special[1] === '-' ? -Infinity : Infinity
  }

  #exact(bytes: Uint8Array, start: number, end: number): number {
    return roundToFloat32(asciiText(bytes, start, end))
  }
}

const SPECIAL = /^([+-]?)(?:(nan)|inf|infinity)$/i
const LONGEST_SPECIAL = '-infinity'.length

/** Whether [start, end) is a sign or none, digits with a point or without, an exponent or none. One pass: no way back. */
function isDecimal(bytes: Uint8Array, start: number, end: number): boolean {
  let index = afterSign(bytes, start)
  let digits = -index
  index = afterDigits(bytes, index, end)
  digits += index
  if (index < end && bytes[index] === POINT) {
    digits -= index + 1
    index = afterDigits(bytes, index + 1, end)
    digits += index
  }
  if (digits === 0) return false
  if (index === end) return true
  if ((bytes[index]! | 0x20) !== LETTER_E) return false
  const exponent = afterSign(bytes, index + 1)
  return exponent < end && afterDigits(bytes, exponent, end) === end
}

function afterSign(bytes: Uint8Array, index: number): number {
  return bytes[index] === MINUS || bytes[index] === PLUS ? index + 1 : index
}

function afterDigits(bytes: Uint8Array, start: number, end: number): number {
  let index = start
  while (index < end && isDigit(bytes[index]!)) index++
  return index
}

const DECODER = new TextDecoder()
/** Up to here adding letters is faster. */
const SHORT_TEXT = 64

/** The text of a number, which is ASCII. */
function asciiText(bytes: Uint8Array, start: number, end: number): string {
  if (end - start > SHORT_TEXT) return DECODER.decode(bytes.subarray(start, end))
  let text = ''
  for (let index = start; index < end; index++) text += String.fromCharCode(bytes[index]!)
  return text
}

/** Whether `value` is the exact middle of two float32: then its mirror image is a float32 too. */
function liesBetween(value: number): boolean {
  const single = Math.fround(value)
  const mirrored = value + (value - single)
  return single !== value && Math.fround(mirrored) === mirrored
}

/** The float32 nearest to a decimal that is written as JavaScript writes numbers; a sign may precede it. */
export function roundToFloat32(text: string): number {
  const value = Number(text)
  if (!liesBetween(value)) return Math.fround(value)
  const order = compareDecimal(text.replace(/^[+-]/, ''), Math.abs(value))
  if (order === 0) return Math.fround(value)
  return Math.sign(value) * neighbour(Math.abs(value), order)
}

/** The float32 above (order > 0) or below `middle`, which lies half way between two of them. */
function neighbour(middle: number, order: number): number {
  const single = Math.fround(middle)
  if (single === Infinity) return order > 0 ? Infinity : MAX_FLOAT32
  const other = middle + (middle - single)
  return order > 0 ? Math.max(single, other) : Math.min(single, other)
}

/** The sign of (decimal − value), exactly: both as a whole number times a power of ten or two. */
function compareDecimal(text: string, value: number): number {
  let { whole: decimal, exponent } = wholeAndExponent(text)
  let [binary, shift] = wholeAndShift(value)
  if (exponent >= 0) decimal *= 10n ** BigInt(exponent)
  else binary *= 10n ** BigInt(-exponent)
  if (shift >= 0) binary <<= BigInt(shift)
  else decimal <<= BigInt(-shift)
  return decimal > binary ? 1 : decimal < binary ? -1 : 0
}

/**
 * decimal = whole · 10^exponent. Of digits past those that the middle of two float32 can have it only matters that there are
 * some: a 1 stands for them, so that big numbers stay small however long the text is.
 */
function wholeAndExponent(text: string): { whole: bigint; exponent: number } {
  const [, whole = '', fraction = '', power = '0'] = /^(\d*)\.?(\d*)(?:e([+-]?\d+))?$/i.exec(text) ?? []
  const digits = whole + fraction
  let first = 0
  while (digits[first] === '0') first++
  let last = digits.length
  while (last > first && digits[last - 1] === '0') last--
  const scale = Number(power) - fraction.length + digits.length
  if (last - first <= MAX_DIGITS) return { whole: BigInt(digits.slice(first, last)), exponent: scale - last }
  const cut = first + MAX_DIGITS
  return { whole: BigInt(`${digits.slice(first, cut)}1`), exponent: scale - cut - 1 }
}

/** value = whole · 2^shift. */
function wholeAndShift(value: number): [whole: bigint, shift: number] {
  let shift = 0
  let whole = value
  while (!Number.isInteger(whole)) {
    whole *= 2
    shift--
  }
  return [BigInt(whole), shift]
}

/** The shortest decimal that reads back as the float32 `value`; nan, inf and -inf for those. */
export function shortestDecimal(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf'
  if (Number.isInteger(value) && Math.abs(value) < 2 ** 24) return Object.is(value, -0) ? '-0' : String(value)
  return String(shortDouble(value) ?? preciseDouble(value))
}

/**
 * The float64 of the decimal with the fewest places that rounds to the float32 `value`. Only tried where nine digits
 * times a power of ten stay exact; formatting a number costs a hundred times what this costs.
 */
function shortDouble(value: number): number | undefined {
  const magnitude = Math.abs(value)
  if (magnitude < 1e-4 || magnitude >= 1e6) return undefined
  for (let places = 0; places <= 13; places++) {
    const power = EXACT_POWERS[places]!
    const rounded = Math.round(value * power) / power
    if (Math.fround(rounded) === value) return rounded
  }
  return undefined
}

/** The same for any value: nine digits always tell two float32 apart (IEEE 754). */
function preciseDouble(value: number): number {
  for (let precision = 1; precision < 9; precision++) {
    const rounded = Number(value.toPrecision(precision))
    if (Math.fround(rounded) === value) return rounded
  }
  return Number(value.toPrecision(9))
}
