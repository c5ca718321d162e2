/** Sentence → tokens → rows. */
import type { EmbeddingTable, TextToken } from 'rowspace'
import { byId, count, make } from './dom.ts'
import type { State } from './state.ts'
import { drawStrip } from './strip.ts'
import { nameOf, norm, split } from './tokens.ts'

export type Change = (change: Partial<State>) => void

/** The id of the token looked at, if the sentence has any that the table knows. */
export function chosenId(table: EmbeddingTable, state: State): number | undefined {
  const tokens = split(table, state.sentence)
  return tokens[state.place]?.id ?? tokens.find(({ id }) => id !== undefined)?.id
}

export function showLookup(table: EmbeddingTable, state: State, change: Change): void {
  const tokens = split(table, state.sentence)
  const id = chosenId(table, state)
  const focused = document.activeElement?.classList.contains('chip')
  const place =
    tokens[state.place]?.id === undefined ? tokens.findIndex((t) => t.id !== undefined) : state.place
  byId('chips').replaceChildren(
    ...tokens.map((token, index) =>
      chip(token, index === place, token.id === id, () => change({ place: index })),
    ),
  )
  byId('chips').onkeydown = (event) => walk(event, tokens, place, change)
  if (focused) byId('chips').querySelector<HTMLElement>('[aria-checked=true]')?.focus()
  drawMatrix(table, tokens, id)
  if (id === undefined) showNothing()
  else showRow(table, tokens, id)
}

function chip(token: TextToken, checked: boolean, same: boolean, onclick: () => void): HTMLButtonElement {
  return make(
    'button',
    {
      type: 'button',
      role: 'radio',
      className: same && token.id !== undefined ? 'chip same' : 'chip',
      disabled: token.id === undefined,
      title: token.id === undefined ? 'This table has no row for it' : `row ${token.id}`,
      'aria-checked': checked,
      tabIndex: checked ? 0 : -1,
      onclick,
    },
    token.text,
    make('small', {}, token.id === undefined ? 'unknown' : String(token.id)),
  )
}

/** The arrow keys walk from token to token, round the ends, past words without a row. */
function walk(event: KeyboardEvent, tokens: readonly TextToken[], place: number, change: Change): void {
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key]
  if (step === undefined) return
  event.preventDefault()
  for (let taken = 1; taken <= tokens.length; taken++) {
    const to = (place + step * taken + tokens.length * taken) % tokens.length
    if (tokens[to]?.id === undefined) continue
    change({ place: to })
    return
  }
}

function showNothing(): void {
  byId('row-title').textContent = 'No token of this table yet'
  byId('strip').replaceChildren()
  byId('row-facts').textContent = 'Type a word that the table knows.'
}

function showRow(table: EmbeddingTable, tokens: readonly TextToken[], id: number): void {
  const row = table.row(id)
  const times = tokens.filter((token) => token.id === id).length
  byId('row-title').textContent = `E[${id}] = “${nameOf(table, id)}”, ${row.length} numbers`
  // one scale for all tokens of the sentence, so that strips can be compared
  const shown = table.gather(tokens.flatMap((token) => token.id ?? []))
  const scale = shown.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0) || 1
  drawStrip(row, scale)
  const facts = [
    `‖x‖ = ${norm(row).toFixed(4)}`,
    `min ${Math.min(...row).toFixed(4)}`,
    `max ${Math.max(...row).toFixed(4)}`,
  ]
  if (times > 1) facts.push(`stands here ${times} times: one id, one row`)
  byId('row-facts').textContent = facts.join(' · ')
}

const SVG = 'http://www.w3.org/2000/svg'

/** E as a tall matrix, the rows of the sentence marked at their true height. */
function drawMatrix(table: EmbeddingTable, tokens: readonly TextToken[], chosen: number | undefined): void {
  const draw = (tag: string, attributes: Record<string, string | number>, text = '') => {
    const element = document.createElementNS(SVG, tag)
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value))
    element.textContent = text
    return element
  }
  const height = (id: number) => 20 + (id / Math.max(1, table.size - 1)) * 196
  const rows = tokens.flatMap(({ id }) => id ?? [])
  const line = (id: number, width: number, colour: string) =>
    draw('line', {
      x1: 4,
      x2: 66,
      y1: height(id),
      y2: height(id),
      stroke: `var(${colour})`,
      'stroke-width': width,
    })
  const label = 'font-size:12px;fill:var(--quiet)'
  const said = chosen === undefined ? '' : `, row ${count(chosen)} marked`
  const svg = draw('svg', {
    viewBox: '0 0 120 240',
    role: 'img',
    'aria-label': `The table E, ${count(table.size)} rows${said}`,
  })
  svg.append(
    draw('rect', { x: 4, y: 18, width: 62, height: 200, rx: 3, fill: 'var(--zero)', stroke: 'var(--quiet)' }),
    ...rows.map((id) => line(id, 1, '--quiet')),
    draw('text', { x: 4, y: 12, style: label }, `d = ${count(table.dimension)}`),
    draw('text', { x: 4, y: 235, style: label }, `|V| = ${count(table.size)}`),
  )
  if (chosen !== undefined) {
    svg.append(line(chosen, 3, '--plus'))
    svg.append(
      draw('text', { x: 72, y: height(chosen) + 4, style: 'font-size:12px;fill:var(--ink)' }, `${chosen}`),
    )
  }
  byId('matrix').replaceChildren(svg)
}
