/** The little of the DOM that the page needs. */

/** The element with this id, which index.html has. */
export function byId<Type extends HTMLElement = HTMLElement>(id: string): Type {
  const found = document.getElementById(id)
  if (found === null) throw new Error(`index.html has no element #${id}`)
  return found as Type
}

/**
 * Makes an element: properties that exist are set, the rest become attributes. Text is never read as markup.
 */
export function make<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  properties: Record<string, string | number | boolean | ((event: Event) => void)> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(properties)) {
    if (name in element) Reflect.set(element, name, value)
    else element.setAttribute(name, String(value))
  }
  element.append(...children)
  return element
}

/** Makes an element of a drawing. */
export function draw<Tag extends keyof SVGElementTagNameMap>(
  tag: Tag,
  attributes: Record<string, string | number> = {},
  ...children: (Node | string)[]
): SVGElementTagNameMap[Tag] {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag)
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value))
  element.append(...children)
  return element
}

/** What draws on a canvas. */
export function contextOf(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const context = canvas.getContext('2d')
  if (context === null) throw new Error('This browser draws on no canvas')
  return context
}

/** A bar over a share (0 … 1) of the track it stands in. */
export function bar(share: number, kind = ''): HTMLSpanElement {
  const fill = make('span', { className: `fill ${kind}` })
  fill.style.width = `${Math.max(0, Math.min(1, share)) * 100}%`
  return make('span', { className: 'track', 'aria-hidden': 'true' }, fill)
}

/** What a colour of the style sheet is at the moment: light or dark. */
export const colour = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(name).trim()
