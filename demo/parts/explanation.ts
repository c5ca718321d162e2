/** How near a row is to the sum, among pairs of random rows. */
import { count } from '../../data/figures.ts'
import type { Explanation } from '../answers/explain.ts'
import { byId, draw, make } from '../dom.ts'
import { cosineText, percentText, visible } from '../text.ts'

const WIDTH = 480
const HEIGHT = 96
const BINS = 60

export function showExplanation({ name, cosine, below, randomCosines }: Explanation): void {
  byId('explanation').replaceChildren(
    make('h3', {}, `How near is “${visible(name)}”?`),
    histogram(randomCosines, cosine),
    make('p', { className: 'caption' }, comparison(cosine, below, randomCosines.length)),
  )
}

function comparison(cosine: number, below: number, pairs: number): string {
  const text = `Its cosine, ${cosineText(cosine)}, is higher than`
  if (below === pairs) return `${text} that of all ${count(pairs)} pairs of random rows.`
  return `${text} that of ${count(below)} of ${count(pairs)} pairs of random rows, ${percentText(below / pairs)}.`
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
