/** Decimals as float32: what is a number and what is not, rounding that no float64 decides, and time. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DecimalReader, roundToFloat32, shortestDecimal } from '../../src/formats/text/decimal.ts'
import { expectLinear } from '../growth.ts'
import { ascii, property } from './files.ts'

function numberAt(text: string, start = 0, limit = text.length): { value: number; end: number } {
  const reader = new DecimalReader()
  const value = reader.read(ascii(text), start, limit)
  return { value, end: reader.end }
}

const all = (text: string, value: number) => expect(numberAt(text), text).toEqual({ value, end: text.length })

describe('what is a number', () => {
  test.each([
    '0',
    '-0',
    '+0',
    '7',
    '-7',
    '+7',
    '1.',
    '.5',
    '-.5',
    '1.5e3',
    '1E3',
    '1e+3',
    '1e-3',
    '.5e1',
    '5.e1',
    '007',
  ])('%s', (text) => all(text, Math.fround(Number(text))))

  test.each([
    ['nan', Number.NaN],
    ['-NaN', Number.NaN],
    ['+nan', Number.NaN],
    ['inf', Infinity],
    ['Inf', Infinity],
    ['+inf', Infinity],
    ['-inf', -Infinity],
    ['infinity', Infinity],
    ['-Infinity', -Infinity],
  ])('%s', all)

  test.each(
    '|.|-|+|--1|+-1|e5|.e5|1e|1e+|1e-|1e5.|1e5x|1.5.2|1_000|0x10|1x|x1|1,5|nano|-infinityx|infi|∞|１'.split(
      '|',
    ),
  )('not %j', (text) => {
    expect(numberAt(text, 0, ascii(text).length).end).toBe(-1)
  })

  test.each([
    ['a byte order mark', '\ufeff'],
    ['a letter of two bytes', 'é'],
  ])('not digits behind %s, few or many', (_, mark) => {
    for (const digits of ['7', '7'.repeat(90)]) {
      const bytes = ascii(mark + digits)
      expect(numberAt(mark + digits, 0, bytes.length).end).toBe(-1)
    }
  })

  test('a number ends at a space, at a tab and at the limit', () => {
    expect(numberAt('1.5 2.5')).toEqual({ value: 1.5, end: 3 })
    expect(numberAt('1.5\t2.5')).toEqual({ value: 1.5, end: 3 })
    expect(numberAt('1e1 2')).toEqual({ value: 10, end: 3 })
    expect(numberAt('inf 2')).toEqual({ value: Infinity, end: 3 })
    expect(numberAt('a 2.5', 2)).toEqual({ value: 2.5, end: 5 })
    expect(numberAt('12345', 1, 3)).toEqual({ value: 23, end: 3 })
    expect(numberAt('1.25', 0, 3)).toEqual({ value: Math.fround(1.2), end: 3 })
    expect(numberAt('1.25', 0, 1)).toEqual({ value: 1, end: 1 })
    expect(numberAt('1e5', 0, 2).end).toBe(-1)
    expect(numberAt(' 1').end).toBe(-1)
  })
})

describe('rounding', () => {
  test('the middle of two float32 goes to the even one; a digit more decides, however far behind', () => {
    const ties: [string, number, number][] = [
      // the tie itself, and a trifle above it
      ['16777217', 16777216, 16777218],
      ['16777219', 16777220, 16777220],
      ['8388608.5', 8388608, 8388609],
      ['1.00000005960464477539062500', 1, 1 + 2 ** -23],
      ['1.00000017881393432617187500', 1 + 2 ** -22, 1 + 2 ** -22],
      [
        '0.000000000000000000000000000000000000000000000700649232162408535461864791644958065640130970938257885878534141944895541342930300743319094181060791015625',
        0,
        2 ** -149,
      ],
    ]
    for (const [tie, even, above] of ties) {
      all(tie, even)
      all(`-${tie}`, -even)
      const tail = `${tie}${tie.includes('.') ? '' : '.'}${'0'.repeat(300)}1`
      all(tail, above)
      all(`-${tail}`, -above)
      all(`${tie}${'0'.repeat(tie.includes('.') ? 300 : 0)}`, even)
    }
    all('16777216.99999999999999999999999999', 16777216)
    all('16777217.0000000000000000000000001', 16777218)
    all('1677721700000000000000000000000e-23', 16777216)
    all('1677721700000000000000000000001e-23', 16777218)
    all('0.00000000016777217e17', 16777216)
    all('0.000000000167772170001e17', 16777218)
  })

  test('what lies past the largest float32', () => {
    const middle = 2n ** 128n - 2n ** 103n
    const largest = Math.fround(3.4028234663852886e38)
    all(String(middle), Infinity)
    all(`-${middle}`, -Infinity)
    all(String(middle - 1n), largest)
    all(`-${middle - 1n}`, -largest)
    all(`${middle - 1n}.${'9'.repeat(200)}`, largest)
    for (const text of ['3.5e38', '7e38', '1e39', '1e40', '1e41', '1e300', '9'.repeat(40)]) {
      all(text, Infinity)
      all(`-${text}`, -Infinity)
    }
    all('1e999999', Infinity)
    all('1e-999999', 0)
    all('-1e-999999', -0)
  })

  test('22 decimal places are divided, 23 and more are read another way: the same numbers', () => {
    for (let places = 15; places <= 50; places++) {
      const text = `0.${'0'.repeat(places - 1)}7`
      all(text, Math.fround(Number(text)))
      all(`3${text.slice(1)}`, 3)
    }
  })

  test('digits up to 2^53 and past it', () => {
    for (const text of [
      '9007199254740991',
      '9007199254740992',
      '9007199254740993',
      '0.9007199254740993',
      '90071992.54740993',
    ]) {
      all(text, Math.fround(Number(text)))
    }
  })

  test('any decimal is the float32 that is nearest to it', async () => {
    const decimal = fc.tuple(fc.bigInt({ min: 0n, max: 10n ** 30n }), fc.integer({ min: 0, max: 40 }))
    await property(2_000, decimal, async ([digits, places]) => {
      const text = String(digits).padStart(places + 1, '0')
      const whole = text.slice(0, text.length - places)
      const written = places === 0 ? whole : `${whole}.${text.slice(-places)}`
      const { value, end } = numberAt(written)
      expect(end).toBe(written.length)
      expect(roundToFloat32(written)).toBe(value)
      expect(roundToFloat32(`${digits}e-${places}`)).toBe(value)
      expect(isNearest(digits, places, value), written).toBe(true)
    })
  })

  test('the middle of any two float32, and what is next to it', async () => {
    const withFraction = fc.float({ noNaN: true, min: 0, max: 2 ** 22 })
    await property(1_000, withFraction, async (low) => {
      const bits = new Uint32Array(Float32Array.of(low).buffer)
      const high = new Float32Array(Uint32Array.of(bits[0]! + 1).buffer)[0]!
      const even = bits[0]! % 2 === 0 ? low : high
      const tie = exactDecimal((low + high) / 2)
      all(tie, even)
      all(`${tie}1`, high)
      // its last digit is a 5
      all(`${tie.slice(0, -1)}49`, low)
    })
  })
})

/** All digits of a float64 ≥ 0 that has a fraction. */
function exactDecimal(value: number): string {
  let [scaled, places] = [value, 0]
  while (!Number.isInteger(scaled)) {
    scaled *= 2
    places++
  }
  const digits = String(BigInt(scaled) * 5n ** BigInt(places)).padStart(places + 1, '0')
  return `${digits.slice(0, digits.length - places)}.${digits.slice(-places)}`
}

/** Whether no float32 is nearer to digits / 10^places, by whole numbers alone. */
function isNearest(digits: bigint, places: number, value: number): boolean {
  const scale = 2n ** 149n
  const exact = (number: number) => {
    let [whole, shift] = [number, 149n]
    while (!Number.isInteger(whole)) {
      whole *= 2
      shift--
    }
    return BigInt(whole) << shift
  }
  const target = digits * scale
  const distance = (number: number) => {
    const difference = exact(number) * 10n ** BigInt(places) - target
    return difference < 0n ? -difference : difference
  }
  const bits = new Uint32Array(Float32Array.of(value).buffer)[0]!
  const around = [bits - 1, bits + 1].filter((each) => each >= 0)
  return around.every((each) => {
    const other = new Float32Array(Uint32Array.of(each).buffer)[0]!
    const [mine, its] = [distance(value), distance(other)]
    return mine < its || (mine === its && bits % 2 === 0)
  })
}

describe('the shortest decimal', () => {
  test.each<[number, string]>([
    [0, '0'],
    [-0, '-0'],
    [Math.fround(0.1), '0.1'],
    [-Math.fround(0.3), '-0.3'],
    [16777215, '16777215'],
    [16777216, '16777216'],
    [2 ** 66, '73786980000000000000'],
    [Math.fround(1e-5), '0.00001'],
    [Math.fround(1e-7), '1e-7'],
    [2 ** -149, '1e-45'],
    [Math.fround(3.4028234663852886e38), '3.4028235e+38'],
    [123456.703125, '123456.7'],
    [1 + 2 ** -23, '1.0000001'],
    [Number.NaN, 'nan'],
    [Infinity, 'inf'],
    [-Infinity, '-inf'],
  ])('of %d is %s', (value, text) => {
    expect(shortestDecimal(value)).toBe(text)
    all(text, value)
  })

  test('of any float32 reads back, and no shorter one does', async () => {
    const any = fc.float({ noNaN: true, noDefaultInfinity: true })
    await property(2_000, any, async (value) => {
      const text = shortestDecimal(value)
      all(text, value)
      const digits = text
        .replace(/e.*$/, '')
        .replace(/[-.]/g, '')
        .replace(/^0+/, '')
        .replace(/0+$/, '').length
      if (digits > 1) expect(Math.fround(Number(value.toPrecision(digits - 1))), text).not.toBe(value)
    })
  })
})

test.each([
  ['a digit run that ends in a letter', (size: number) => `${'1'.repeat(size)}x`],
  ['a fraction that ends in a letter', (size: number) => `0.${'1'.repeat(size)}x`],
  ['an exponent that ends in a letter', (size: number) => `1e${'1'.repeat(size)}x`],
  ['a long number', (size: number) => '1'.repeat(size)],
  ['a tie with a long tail', (size: number) => `16777217.${'0'.repeat(size)}1`],
  ['a tie with many zeros', (size: number) => `16777217${'0'.repeat(size)}e-${size}`],
  ['a tie before many zeros', (size: number) => `0.${'0'.repeat(size)}16777217e${size + 8}`],
])('%s is read in linear time', async (_, make) => {
  const run = (bytes: Uint8Array) => {
    for (let time = 0; time < 10; time++) new DecimalReader().read(bytes, 0, bytes.length)
  }
  await expectLinear({ make: (size) => ascii(make(size)), run }, 50_000)
})
