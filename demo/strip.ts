/** A row as a heat strip: one cell a coordinate, on one symmetric scale. */
import { byId, make } from './dom.ts'

const CELLS_A_LINE = 128
const LINE_HEIGHT = 56

/** Draws the row; the coordinate under the pointer, or chosen with the arrow keys, is read out below. */
export function drawStrip(row: Float32Array, scale: number): void {
  const perLine = Math.min(row.length, CELLS_A_LINE)
  const lines = Math.ceil(row.length / perLine)
  const height = Math.max(LINE_HEIGHT / lines, 14)
  const canvas = make('canvas', {
    className: 'strip',
    tabIndex: 0,
    role: 'slider',
    'aria-label': 'Coordinate of the row',
    'aria-valuemin': 0,
    'aria-valuemax': row.length - 1,
    width: perLine * 8,
    height: lines * height,
  })
  canvas.style.height = `${lines * height}px`
  paint(canvas, row, { perLine, height, scale })
  const readout = make('p', { className: 'facts', id: 'coordinate' })
  const choose = (coordinate: number) => {
    const text = `x[${coordinate}] = ${row[coordinate]!.toFixed(5)}`
    canvas.setAttribute('aria-valuenow', String(coordinate))
    canvas.setAttribute('aria-valuetext', text)
    readout.textContent = text
  }
  canvas.onpointermove = ({ offsetX, offsetY }) => {
    const column = Math.floor((offsetX / canvas.clientWidth) * perLine)
    const line = Math.floor(offsetY / height)
    choose(Math.max(0, Math.min(row.length - 1, line * perLine + column)))
  }
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
    choose(Math.max(0, Math.min(row.length - 1, to)))
  }
  choose(0)
  const bound = scale.toFixed(2)
  const legend = make('p', { className: 'legend' }, `−${bound}`, make('i'), `+${bound}`)
  byId('strip').replaceChildren(canvas, legend, readout)
}

function paint(
  canvas: HTMLCanvasElement,
  row: Float32Array,
  { perLine, height, scale }: { perLine: number; height: number; scale: number },
): void {
  const context = canvas.getContext('2d')!
  const colours = getComputedStyle(document.documentElement)
  const colour = (name: string) => colours.getPropertyValue(name)
  context.fillStyle = colour('--zero')
  context.fillRect(0, 0, canvas.width, canvas.height)
  row.forEach((value, coordinate) => {
    context.globalAlpha = Math.min(1, Math.abs(value) / scale)
    context.fillStyle = colour(value < 0 ? '--minus' : '--plus')
    context.fillRect((coordinate % perLine) * 8, Math.floor(coordinate / perLine) * height, 8, height)
  })
}
