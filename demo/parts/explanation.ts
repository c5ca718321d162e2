/**
 * Why a row is near the sum: what each coordinate gives to the cosine, and where it stands among random
 * pairs.
 */
import { count } from '../../data/figures.ts'
import type { Explanation } from '../answers/explain.ts'
import { byId, draw, make } from '../dom.ts'
import { cosineText, percentText, signed, visible } from '../text.ts'

const WIDTH = 480
const HEIGHT = 96
const SHOWN = 5
const BINS = 60

export function showExplanation(explanation: Explanation): void {
  const { name, cosine, shares, randomCosines, percentile } = explanation
  const largest = [...shares.entries()].sort(([, a], [, b]) => Math.abs(b) - Math.abs(a))
  const shown = largest.slice(0, SHOWN)
  const together = shown.reduce((sum, [, share]) => sum + share, 0)
  const below = randomCosines.filter((other) => other < cosine).length
  byId('explanation').replaceChildren(
    make('h3', {}, `Why “${visible(name)}”`),
    make(
      'p',
      { className: 'caption' },
      `Each bar is what one coordinate gives, q`,
      make('sub', {}, 'j'),
      ' x',
      make('sub', {}, 'j'),
      ` / (‖q‖ ‖x‖); all ${count(shares.length)} add up to the cosine, ${cosineText(cosine)}.`,
    ),
    shareBars(shares, new Set(shown.map(([coordinate]) => coordinate))),
    make(
      'p',
      { className: 'shares' },
      ...shown.map(([coordinate, share]) =>
        make('span', {}, make('b', {}, `x[${coordinate}]`), ` ${signed(share, 4)}`),
      ),
    ),
    make(
      'p',
      { className: 'caption' },
      `These ${shown.length} largest give ${signed(together, 4)} together.`,
    ),
    make('h3', {}, 'Among random pairs'),
    histogram(randomCosines, cosine),
    make(
      'p',
      { className: 'caption' },
      `Higher than the cosine of ${percentText(percentile / 100)} of random pairs of rows ` +
        `(${count(below)} of ${count(randomCosines.length)}).`,
    ),
  )
}

function shareBars(shares: Float32Array, marked: ReadonlySet<number>): SVGSVGElement {
  const largest = shares.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1
  const least = Math.min(0, ...shares)
  const range = Math.max(largest, Math.max(...shares)) - least || 1
  const zero = HEIGHT * (1 + least / range)
  const step = WIDTH / shares.length
  const bars = Array.from(shares, (share, coordinate) => {
    const height = (Math.abs(share) / range) * HEIGHT
    return draw('rect', {
      x: (coordinate * step).toFixed(2),
      y: (share < 0 ? zero : zero - height).toFixed(2),
      // the largest are seen however many there are
      width: Math.max(marked.has(coordinate) ? 2 : 0.5, step * 0.8).toFixed(2),
      height: height.toFixed(2),
      class: `${share < 0 ? 'minus' : 'plus'}${marked.has(coordinate) ? ' large' : ''}`,
    })
  })
  const label = 'What each coordinate gives to the cosine, in order'
  const attributes = {
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
    role: 'img',
    'aria-label': label,
    class: 'shares-bars',
  }
  const axis = draw('line', { x1: 0, x2: WIDTH, y1: zero, y2: zero, class: 'axis' })
  return draw('svg', { ...attributes, preserveAspectRatio: 'none' }, ...bars, axis)
}

/** The cosines of random pairs from −1 to 1, and where this one stands. */
function histogram(cosines: Float32Array, cosine: number): HTMLElement {
  const bins = new Array<number>(BINS).fill(0)
  for (const value of cosines) {
    const bin = Math.min(BINS - 1, Math.floor(((value + 1) / 2) * BINS))
    bins[bin] = (bins[bin] ?? 0) + 1
  }
  const tallest = Math.max(1, ...bins)
  const step = WIDTH / BINS
  const bars = bins.map((many, bin) => {
    const height = (many / tallest) * HEIGHT
    return draw('rect', { x: bin * step, y: HEIGHT - height, width: step * 0.85, height, class: 'random' })
  })
  const x = ((cosine + 1) / 2) * WIDTH
  const label = `Cosines of ${cosines.length} random pairs of rows; this one, ${cosine.toFixed(4)}, is marked`
  const drawing = draw(
    'svg',
    {
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
      role: 'img',
      'aria-label': label,
      class: 'histogram',
      preserveAspectRatio: 'none',
    },
    ...bars,
    draw('line', { x1: 0, x2: WIDTH, y1: HEIGHT, y2: HEIGHT, class: 'axis' }),
    draw('line', { x1: x, x2: x, y1: 0, y2: HEIGHT, class: 'here' }),
  )
  const ticks = ['−1', '−0.5', '0', '0.5', '1'].map((tick) => make('span', { className: 'tick' }, tick))
  return make('div', {}, drawing, make('p', { className: 'ticks', 'aria-hidden': 'true' }, ...ticks))
}
