/** The map: rows as points of a plane that can be zoomed and moved, by d3. Fetched after the first view. */
import { scaleLinear } from 'd3-scale'
import { type Selection, select } from 'd3-selection'
import { type D3ZoomEvent, type ZoomBehavior, type ZoomTransform, zoom, zoomIdentity } from 'd3-zoom'
import type { MapAnswer, MapPoint, PointKind } from '../answers/map.ts'
import { byId, draw } from '../dom.ts'
import { visible } from '../text.ts'
import { placeLabels } from './labels.ts'

const SHAPES: Record<PointKind, string> = {
  sum: 'M0-8 8 0 0 8-8 0Z',
  input: 'M-5.5-5.5H5.5V5.5H-5.5Z',
  match: 'M0-6.5 6.2 4.5H-6.2Z',
  sentence: 'M-5 0A5 5 0 1 0 5 0A5 5 0 1 0-5 0Z',
  neighbour: 'M-3.5 0A3.5 3.5 0 1 0 3.5 0A3.5 3.5 0 1 0-3.5 0Z',
}
/** Whose label is drawn where there is not room for all. */
const ORDER: readonly PointKind[] = ['sum', 'input', 'match', 'sentence', 'neighbour']
const MARGIN = 48
const MOST = 12

export class TableMap {
  readonly #svg: Selection<SVGSVGElement, unknown, null, undefined>
  readonly #zoom: ZoomBehavior<SVGSVGElement, unknown>
  #transform: ZoomTransform = zoomIdentity
  #answer: MapAnswer = { points: [], steps: [], gap: undefined, nearest: undefined, share: 0 }

  constructor() {
    const svg = byId<HTMLElement>('map-drawing') as unknown as SVGSVGElement
    // it takes keys, so it can be focused
    svg.setAttribute('tabindex', '0')
    svg.setAttribute('role', 'application')
    this.#svg = select(svg)
    this.#zoom = zoom<SVGSVGElement, unknown>()
      .scaleExtent([1, MOST])
      // the wheel and one finger scroll the page; with Ctrl, or two fingers, they zoom
      .filter((event: MouseEvent | TouchEvent | WheelEvent) => {
        if (event.type === 'wheel') return (event as WheelEvent).ctrlKey || (event as WheelEvent).metaKey
        if ('touches' in event) return event.touches.length > 1
        return event.button === 0
      })
      .on('zoom', ({ transform }: D3ZoomEvent<SVGSVGElement, unknown>) => {
        this.#transform = transform
        this.#draw()
      })
    this.#svg.call(this.#zoom)
    byId('map-in').onclick = () => this.#scale(1.5)
    byId('map-out').onclick = () => this.#scale(1 / 1.5)
    byId('map-reset').onclick = () => this.#reset()
    svg.onkeydown = (event) => this.#key(event)
    new ResizeObserver(() => this.#fit()).observe(svg)
  }

  /** Shows all of another answer. */
  show(answer: MapAnswer): void {
    this.#answer = answer
    this.#reset()
    this.#fit()
  }

  #fit(): void {
    const { width, height } = this.#size()
    this.#zoom
      .extent([
        [0, 0],
        [width, height],
      ])
      .translateExtent([
        [-width / 4, -height / 4],
        [width * 1.25, height * 1.25],
      ])
    this.#draw()
  }

  #size(): { width: number; height: number } {
    const { clientWidth: width = 0, clientHeight: height = 0 } = this.#svg.node() ?? {}
    return { width, height }
  }

  /** Towards the point that is nearest to the middle, so that there is always one to be seen. */
  #scale(factor: number): void {
    const { width, height } = this.#size()
    const at = this.#projection(width, height)
    const fromMiddle = ({ x, y }: { x: number; y: number }) => Math.hypot(x - width / 2, y - height / 2)
    const [nearest] = this.#answer.points.map(at).sort((a, b) => fromMiddle(a) - fromMiddle(b))
    this.#zoom.scaleBy(this.#svg, factor, nearest && [nearest.x, nearest.y])
  }

  #reset(): void {
    this.#zoom.transform(this.#svg, zoomIdentity)
  }

  #key(event: KeyboardEvent): void {
    const step = 40 / this.#transform.k
    const actions: Record<string, () => void> = {
      '+': () => this.#scale(1.5),
      '=': () => this.#scale(1.5),
      '-': () => this.#scale(1 / 1.5),
      '0': () => this.#reset(),
      ArrowLeft: () => this.#zoom.translateBy(this.#svg, step, 0),
      ArrowRight: () => this.#zoom.translateBy(this.#svg, -step, 0),
      ArrowUp: () => this.#zoom.translateBy(this.#svg, 0, step),
      ArrowDown: () => this.#zoom.translateBy(this.#svg, 0, -step),
    }
    const action = actions[event.key]
    if (action === undefined || event.ctrlKey || event.metaKey) return
    event.preventDefault()
    action()
  }

  #draw(): void {
    const { points, steps, gap } = this.#answer
    const { width, height } = this.#size()
    const at = this.#projection(width, height)
    const places = points.map((point) => ({ ...at(point), point }))
    const line = ([from, to]: [number, number], kind: string) => {
      const [a, b] = [places[from], places[to]]
      if (a === undefined || b === undefined) return ''
      return draw('line', { x1: a.x, y1: a.y, x2: b.x, y2: b.y, class: kind })
    }
    const lines = [...steps.map((step) => line(step, 'step')), gap ? line(gap, 'gap') : '']
    const answer = gap && places[gap[1]]
    const ring = answer ? draw('circle', { cx: answer.x, cy: answer.y, r: 13, class: 'ring' }) : ''
    const order = [...places].sort((a, b) => ORDER.indexOf(a.point.kind) - ORDER.indexOf(b.point.kind))
    const labels = placeLabels(
      order.map(({ x, y, point }) => ({
        x,
        y,
        text: visible(point.name),
        large: point.kind !== 'neighbour',
      })),
      { width, height },
    ).map(({ x, y, text, anchor }, index) => {
      if (text === undefined) return ''
      return draw('text', { x, y, 'text-anchor': anchor, class: order[index]?.point.kind ?? '' }, text)
    })
    const marks = [...order].reverse().map(({ x, y, point }) => {
      const path = draw('path', {
        d: SHAPES[point.kind],
        transform: `translate(${x} ${y})`,
        class: point.kind,
      })
      path.append(draw('title', {}, visible(point.name)))
      return path
    })
    this.#svg.node()?.replaceChildren(...lines, ring, ...marks, ...labels)
  }

  /** Both axes on one scale: distances are true to the plane. */
  #projection(width: number, height: number): (point: MapPoint) => { x: number; y: number } {
    const { points } = this.#answer
    const span = (values: number[]) => [Math.min(...values), Math.max(...values)] as [number, number]
    const [left, right] = span(points.map(({ x }) => x))
    const [low, high] = span(points.map(({ y }) => y))
    const perUnit = Math.min(
      (width - 2 * MARGIN) / (right - left || 1),
      (height - 2 * MARGIN) / (high - low || 1),
    )
    const centred = (middle: number, length: number, direction: 1 | -1) =>
      scaleLinear(
        [middle - length / (2 * perUnit), middle + length / (2 * perUnit)],
        direction === 1 ? [0, length] : [length, 0],
      )
    const x = this.#transform.rescaleX(centred((left + right) / 2, width, 1))
    const y = this.#transform.rescaleY(centred((low + high) / 2, height, -1))
    return (point) => ({ x: x(point.x), y: y(point.y) })
  }
}
