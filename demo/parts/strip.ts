/** A row as a heat strip: one cell a coordinate, on one symmetric scale. */
import { byId, colour, contextOf, make } from '../dom.ts'
import { decimal } from '../text.ts'

/** Cells a line at most, and where there is little room. */
const CELLS_A_LINE = 128
const NARROW = 300
const LEAST_HEIGHT = 56
const LINE_HEIGHT = 16
const CELL = 8

interface Layout {
  perLine: number
  lines: number
  lineHeight: number
}

function layoutOf(length: number): Layout {
  const whole = Math.min(length, CELLS_A_LINE)
  const perLine = byId('strip').clientWidth < NARROW ? Math.ceil(whole / 2) : whole
  const lines = Math.ceil(length / perLine)
  // a line is a pixel at least, however long the row
  const lineHeight = Math.max(LEAST_HEIGHT / lines, lines > 12 ? 200 / lines : LINE_HEIGHT)
  return { perLine, lines, lineHeight }
}

/**
 * Draws the row; the coordinate under the pointer, or chosen with the arrow keys, is read out. Returns its
 * height.
 */
export function drawStrip(row: Float32Array, scale: number): number {
  const layout = layoutOf(row.length)
  const { perLine, lines, lineHeight } = layout
  const height = lines * lineHeight
  const canvas = make('canvas', {
    className: 'strip',
    tabIndex: 0,
    role: 'slider',
    'aria-label': 'Coordinate of the row',
    'aria-valuemin': 0,
    'aria-valuemax': row.length - 1,
    width: perLine * CELL,
    height,
  })
  canvas.style.height = `${height}px`
  paint(canvas, row, layout, scale)
  const marker = make('i', { className: 'marker' })
  const readout = make('p', { className: 'readout', id: 'coordinate' })
  const choose = (wanted: number) => {
    const at = Math.max(0, Math.min(row.length - 1, wanted))
    const text = `x[${at}] = ${decimal(row[at] ?? 0, 5)}`
    canvas.setAttribute('aria-valuenow', String(at))
    canvas.setAttribute('aria-valuetext', text)
    readout.textContent = text
    const [left, top] = [((at % perLine) / perLine) * 100, Math.floor(at / perLine) * lineHeight]
    marker.style.cssText = `left:${left}%;top:${top}px;width:${100 / perLine}%;height:${lineHeight}px`
  }
  canvas.onpointermove = ({ offsetX, offsetY }) => {
    const column = Math.floor((offsetX / canvas.clientWidth) * perLine)
    choose(Math.floor(offsetY / lineHeight) * perLine + column)
  }
  canvas.onpointerdown = canvas.onpointermove
  canvas.onkeydown = (event) => {
    const at = Number(canvas.getAttribute('aria-valuenow'))
    const moves: Record<string, number> = {
      ArrowRight: at + 1,
      ArrowLeft: at - 1,
      Home: 0,
      End: row.length - 1,
      ArrowDown: at + perLine,
      ArrowUp: at - perLine,
    }
    const to = moves[event.key]
    if (to === undefined) return
    event.preventDefault()
    choose(to)
  }
  choose(0)
  const bound = scale.toFixed(2)
  const legend = make('p', { className: 'legend' }, `−${bound}`, make('i'), `+${bound}`)
  byId('strip').replaceChildren(
    make('div', { className: 'strip-frame' }, canvas, marker),
    make('div', { className: 'under-strip' }, readout, legend),
  )
  return height
}

function paint(canvas: HTMLCanvasElement, row: Float32Array, layout: Layout, scale: number): void {
  const { perLine, lineHeight } = layout
  const context = contextOf(canvas)
  const [zero, minus, plus] = [colour('--zero'), colour('--minus'), colour('--plus')]
  context.fillStyle = zero
  context.fillRect(0, 0, canvas.width, canvas.height)
  row.forEach((value, coordinate) => {
    context.globalAlpha = Math.min(1, Math.abs(value) / scale)
    context.fillStyle = value < 0 ? minus : plus
    const line = Math.floor(coordinate / perLine)
    context.fillRect((coordinate % perLine) * CELL, line * lineHeight, CELL, lineHeight)
  })
}
