/**
 * The measured times as a chart that stands alone: its colours and sizes are written into it, so that it can
 * be saved.
 */

import { scaleLinear } from 'd3-scale'
import { count, duration } from '../../data/figures.ts'
import { colour, contextOf, draw } from '../dom.ts'
import type { Measurement } from './worker.ts'

const MARGIN = 16
const TOP = 44
const ROW = 50
const BAR = 14

export function chartOf({ size, dimension, results }: Measurement, width: number): SVGSVGElement {
  const height = TOP + results.length * ROW + 34
  const slowest = Math.max(...results.map(({ milliseconds }) => milliseconds))
  const length = scaleLinear([0, slowest], [0, width - 2 * MARGIN])
  const plain = results[0]?.milliseconds ?? 0
  const [ink, quiet, page, accent, neutral] = ['--ink', '--quiet', '--panel', '--accent', '--neutral'].map(
    colour,
  ) as [string, string, string, string, string]
  const text = (x: number, y: number, content: string, more: Record<string, string | number> = {}) =>
    draw('text', { x, y, fill: ink, 'font-size': 14, ...more }, content)
  const bars = results.flatMap(({ name, milliseconds }, place) => {
    const y = TOP + place * ROW
    const factor = place === 0 ? '' : ` · ${(plain / milliseconds).toFixed(1)} ×`
    const figures = `${duration(milliseconds)}${factor}`
    return [
      text(MARGIN, y + 16, name),
      text(width - MARGIN, y + 16, figures, { 'text-anchor': 'end', 'font-weight': 600 }),
      draw('rect', {
        x: MARGIN,
        y: y + 24,
        width: Math.max(1, length(milliseconds)),
        height: BAR,
        rx: 3,
        fill: place === 0 ? neutral : accent,
      }),
    ]
  })
  const title = `Ten nearest of ${count(size)} × ${count(dimension)}`
  const summary = results.map(({ name, milliseconds }) => `${name} ${duration(milliseconds)}`).join('; ')
  const note = 'One query, median of its turns, in this browser · rowspace'
  return draw(
    'svg',
    {
      viewBox: `0 0 ${width} ${height}`,
      width,
      height,
      role: 'img',
      'aria-label': `${title}: ${summary}`,
      'font-family': 'Inter, system-ui, sans-serif',
    },
    draw('rect', { width, height, fill: page, rx: 10 }),
    text(MARGIN, 28, title, { 'font-weight': 600, 'font-size': 15 }),
    ...bars,
    text(MARGIN, height - 12, note, { fill: quiet, 'font-size': 12 }),
  )
}

/** The chart as a picture of twice its size. */
export async function pictureOf(chart: SVGSVGElement): Promise<Blob> {
  const copy = chart.cloneNode(true) as SVGSVGElement
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg')
  const image = new Image()
  image.src = `data:image/svg+xml,${encodeURIComponent(copy.outerHTML)}`
  await image.decode()
  const canvas = document.createElement('canvas')
  canvas.width = image.width * 2
  canvas.height = image.height * 2
  contextOf(canvas).drawImage(image, 0, 0, canvas.width, canvas.height)
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('The picture could not be made')))),
  )
}
