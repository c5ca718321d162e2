/** Where the labels of points go: beside their point, over no other label; where there is no room, none. */
import { contextOf } from '../dom.ts'

export interface ToLabel {
  x: number
  y: number
  text: string
  large: boolean
}

export interface PlacedLabel {
  x: number
  y: number
  anchor: 'start' | 'end' | 'middle'
  /** Undefined where there was no room. */
  text: string | undefined
}

interface Box {
  left: number
  right: number
  top: number
  bottom: number
}

const GAP = 10
const context = contextOf(document.createElement('canvas'))

/** The first points are served first. */
export function placeLabels(
  points: readonly ToLabel[],
  { width, height }: { width: number; height: number },
): PlacedLabel[] {
  const taken: Box[] = points.map(({ x, y }) => ({ left: x - 6, right: x + 6, top: y - 6, bottom: y + 6 }))
  const family = getComputedStyle(document.body).fontFamily
  return points.map((point, index) => {
    context.font = `${point.large ? 600 : 400} ${point.large ? 14 : 13}px ${family}`
    const length = context.measureText(point.text).width
    const own = taken[index]
    for (const label of candidates(point)) {
      const box = boxOf(label, length)
      const inside = box.left >= 0 && box.right <= width && box.top >= 0 && box.bottom <= height
      if (!inside || taken.some((other) => other !== own && overlap(box, other))) continue
      taken.push(box)
      return label
    }
    return { x: 0, y: 0, anchor: 'start', text: undefined }
  })
}

function candidates({ x, y, text }: ToLabel): PlacedLabel[] {
  return [
    { x: x + GAP, y: y + 4, anchor: 'start', text },
    { x: x - GAP, y: y + 4, anchor: 'end', text },
    { x, y: y - GAP, anchor: 'middle', text },
    { x, y: y + GAP + 9, anchor: 'middle', text },
    { x: x + GAP - 2, y: y - GAP + 4, anchor: 'start', text },
    { x: x - GAP + 2, y: y - GAP + 4, anchor: 'end', text },
    { x: x + GAP - 2, y: y + GAP + 5, anchor: 'start', text },
    { x: x - GAP + 2, y: y + GAP + 5, anchor: 'end', text },
  ]
}

function boxOf({ x, y, anchor }: PlacedLabel, length: number): Box {
  const left = anchor === 'start' ? x : anchor === 'end' ? x - length : x - length / 2
  return { left: left - 1, right: left + length + 1, top: y - 12, bottom: y + 4 }
}

const overlap = (a: Box, b: Box): boolean =>
  a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom
