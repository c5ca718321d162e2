/** Sentence → tokens → rows: x_i = E[t_i]. */

import type { TextToken } from 'rowspace'
import { count } from '../../data/figures.ts'
import type { LookupAnswer } from '../answers/lookup.ts'
import { byId, make } from '../dom.ts'
import { newestOnly } from '../newest.ts'
import type { Page, Show } from '../page.ts'
import type { Change, State } from '../state.ts'
import { decimal, messageOf, visible } from '../text.ts'
import { drawMatrix } from './matrix.ts'
import { drawStrip } from './strip.ts'

export function setUpLookup({ tables, change, settle, state }: Page): Show {
  const ask = newestOnly(
    (state: State) => tables.lookUp(state),
    (answer, { place }) => {
      if (answer === undefined) return
      // a link says which token it is, not how many there were once
      if (answer.place >= 0 && place === state().place) settle({ place: answer.place })
      showLookup(answer, change, () => state().place)
    },
    (error) => {
      byId('row-title').textContent = messageOf(error)
    },
  )
  const line = byId('gpt2-line')
  const wanted = byId<HTMLInputElement>('gpt2-ids')
  const askGpt2 = newestOnly(
    ({ sentence }: State) => tables.gpt2Split(sentence),
    (tokens) => line.replaceChildren(...tokens.map(gpt2Token)),
    (error) => line.replaceChildren(messageOf(error)),
  )
  const showGpt2 = (state: State) => {
    line.hidden = !wanted.checked
    if (wanted.checked) void askGpt2(state)
  }
  wanted.onchange = () => showGpt2(state())
  byId('sentence').oninput = ({ target }) => change({ sentence: (target as HTMLInputElement).value })
  return (state) => {
    showGpt2(state)
    return ask(state)
  }
}

const gpt2Token = ({ text, id }: TextToken) =>
  make('span', { className: 'token' }, visible(text), make('small', {}, String(id)))

function showLookup(answer: LookupAnswer, change: Change, wanted: () => number): void {
  const { tokens, place, chosen, size, dimension } = answer
  const focused = document.activeElement?.classList.contains('chip')
  const isChosen = ({ id }: TextToken) => id !== undefined && id === chosen?.id
  const times = tokens.filter(isChosen).length
  byId('chips').replaceChildren(
    ...tokens.map((token, index) =>
      chip(token, index === place, times > 1 && isChosen(token), () => change({ place: index })),
    ),
  )
  // whoever walks fast is ahead of the answers
  const from = () => (tokens[wanted()]?.id === undefined ? place : wanted())
  byId('chips').onkeydown = (event) => walk(event, tokens, from(), change)
  if (focused) byId('chips').querySelector<HTMLElement>('[aria-checked=true]')?.focus()
  const rows = tokens.flatMap(({ id }) => id ?? [])
  const stripHeight = chosen === undefined ? showNothing(answer.named) : showRow(answer, chosen)
  drawMatrix({ size, dimension, rows, chosen: chosen?.id, stripHeight })
}

function chip(token: TextToken, checked: boolean, same: boolean, onclick: () => void): HTMLButtonElement {
  return make(
    'button',
    {
      type: 'button',
      role: 'radio',
      className: same ? 'chip same' : 'chip',
      disabled: token.id === undefined,
      title: token.id === undefined ? 'This table has no row for it' : `row ${token.id}`,
      'aria-checked': checked,
      tabIndex: checked ? 0 : -1,
      onclick,
    },
    visible(token.text),
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

function showNothing(named: boolean): number {
  byId('row-title').textContent = 'No row of this table yet'
  byId('strip').replaceChildren()
  byId('row-facts').replaceChildren(
    named
      ? 'Type a word that the table knows.'
      : 'This table came without tokens: type the ids of rows, such as 3 14 15, and below #3 − #14 + #15.',
  )
  return 56
}

function showRow({ tokens }: LookupAnswer, { id, name, row, scale }: NonNullable<LookupAnswer['chosen']>) {
  byId('row-title').replaceChildren(
    make('i', { className: 'symbol' }, 'E'),
    `[${id}] is “${visible(name)}”: ${count(row.length)} numbers`,
  )
  const times = tokens.filter((token) => token.id === id).length
  const facts = [
    fact('‖x‖', decimal(Math.hypot(...row), 4)),
    fact(
      'smallest',
      decimal(
        row.reduce((least, value) => Math.min(least, value)),
        4,
      ),
    ),
    fact(
      'largest',
      decimal(
        row.reduce((most, value) => Math.max(most, value)),
        4,
      ),
    ),
  ]
  if (times > 1) facts.push(fact('in the sentence', `${times} times, one id, one row`))
  byId('row-facts').replaceChildren(...facts)
  return drawStrip(row, scale)
}

const fact = (name: string, value: string) => make('div', {}, make('dt', {}, name), make('dd', {}, value))
