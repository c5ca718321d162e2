/** E as a tall matrix, the rows of the sentence marked at their true height. */
import { count } from '../../data/figures.ts'
import { byId, draw } from '../dom.ts'

const TOP = 26
const HEIGHT = 226
const WIDTH = 60

export interface Marked {
  size: number
  dimension: number
  rows: readonly number[]
  chosen: number | undefined
  /** Height of the strip beside it, which the chosen row opens out into. */
  stripHeight: number
}

export function drawMatrix({ size, dimension, rows, chosen, stripHeight }: Marked): void {
  const height = (id: number) => TOP + (id / Math.max(1, size - 1)) * HEIGHT
  const line = (id: number, kind: string) =>
    draw('line', { x1: 0.5, x2: WIDTH, y1: height(id), y2: height(id), class: kind })
  const said = chosen === undefined ? '' : `, row ${count(chosen)} marked`
  const label = `The table E, ${count(size)} rows of ${count(dimension)} numbers${said}`
  const svg = draw('svg', {
    viewBox: '0 0 128 280',
    role: 'img',
    'aria-label': label,
    class: 'matrix-drawing',
  })
  svg.append(
    draw('rect', { x: 0.5, y: TOP, width: WIDTH, height: HEIGHT, rx: 3, class: 'matrix' }),
    ...rows.map((id) => line(id, 'other-row')),
    draw('text', { x: 0, y: 14 }, `d = ${count(dimension)}`),
    draw('text', { x: 0, y: 272 }, `|V| = ${count(size)}`),
  )
  if (chosen !== undefined) {
    const y = height(chosen)
    const opening = `${WIDTH},${y - 1} 128,${TOP} 128,${TOP + stripHeight} ${WIDTH},${y + 1}`
    const textY = Math.max(TOP + stripHeight / 2 + 4, Math.min(y + 4, TOP + HEIGHT))
    svg.append(
      draw('polygon', { points: opening, class: 'opening' }),
      line(chosen, 'chosen-row'),
      draw('text', { x: WIDTH + 8, y: textY, class: 'chosen-id' }, count(chosen)),
    )
  }
  byId('matrix').replaceChildren(svg)
}
