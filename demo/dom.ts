/** The little of the DOM that the page needs. */

/** The element with this id, which index.html has. */
export function byId<Type extends HTMLElement = HTMLElement>(id: string): Type {
  const found = document.getElementById(id)
  if (found === null) throw new Error(`index.html has no element #${id}`)
  return found as Type
}

/** Makes an element: properties that exist are set, the rest become attributes. Text is never read as markup. */
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

const NUMBERS = new Intl.NumberFormat('en')
export const count = (value: number): string => NUMBERS.format(value)
export const cosineText = (value: number): string => value.toFixed(4)
export const dotText = (value: number): string => value.toFixed(3)

export function bytesText(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB']
  const step = bytes < 1 ? 0 : Math.min(Math.floor(Math.log10(bytes) / 3), units.length - 1)
  return `${Number((bytes / 1000 ** step).toPrecision(3))} ${units[step]}`
}

/** The time a call takes, in milliseconds. */
export function timed<Result>(call: () => Result): { result: Result; milliseconds: number } {
  const start = performance.now()
  const result = call()
  return { result, milliseconds: performance.now() - start }
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
