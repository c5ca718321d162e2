/** The page: one table, one state, and parts that show them. */
import type { EmbeddingTable } from 'rowspace'
import { setUpArithmetic, showArithmetic } from './arithmetic.ts'
import { byId, count, messageOf } from './dom.ts'
import { showLookup } from './lookup.ts'
import { showNeighbours } from './neighbours.ts'
import { setUpOpening } from './opening.ts'
import { setUpSizes } from './sizes.ts'
import { type Metric, readState, type State, writeState } from './state.ts'
import { openDefault } from './tables.ts'

let state = readState(location.search)
let table: EmbeddingTable | undefined

function change(changes: Partial<State>): void {
  state = { ...state, ...changes }
  history.replaceState(null, '', `${location.pathname}${writeState(state)}${location.hash}`)
  show()
}

function show(): void {
  showControls()
  void showGpt2Ids()
  if (table === undefined) return
  showLookup(table, state, change)
  showNeighbours(table, state, change)
  showArithmetic(table, state)
}

function showControls(): void {
  for (const name of ['sentence', 'expression'] as const) {
    const input = byId<HTMLInputElement>(name)
    if (input.value !== state[name]) input.value = state[name]
  }
  for (const name of ['unit', 'inputs'] as const) byId<HTMLInputElement>(name).checked = state[name]
  for (const radio of document.querySelectorAll<HTMLInputElement>('input[type=radio]')) {
    radio.checked = radio.value === (radio.name === 'metric' ? state.metric : state.sumMetric)
  }
}

/** GPT-2's own split of the sentence; its vocabulary is fetched when first asked for. */
async function showGpt2Ids(): Promise<void> {
  const line = byId('gpt2-line')
  line.hidden = !byId<HTMLInputElement>('gpt2-ids').checked
  if (line.hidden) return
  const { gpt2Vocabulary } = await import('rowspace/gpt2')
  const tokens = gpt2Vocabulary().split(state.sentence)
  line.textContent = `GPT-2: ${tokens.map(({ text, id }) => `“${text}” ${id}`).join(' · ')}`
}

function setUpControls(): void {
  byId('sentence').oninput = ({ target }) =>
    change({ sentence: (target as HTMLInputElement).value, place: 0 })
  byId('expression').oninput = ({ target }) => change({ expression: (target as HTMLInputElement).value })
  byId('unit').onchange = ({ target }) => change({ unit: (target as HTMLInputElement).checked })
  byId('inputs').onchange = ({ target }) => change({ inputs: (target as HTMLInputElement).checked })
  byId('gpt2-ids').onchange = () => void showGpt2Ids()
  byId('reroll').onclick = () => change({ seed: state.seed + 1 })
  for (const radio of document.querySelectorAll<HTMLInputElement>('input[type=radio]')) {
    const name = radio.name === 'metric' ? 'metric' : 'sumMetric'
    radio.onchange = () => change({ [name]: radio.value as Metric })
  }
  matchMedia('(prefers-color-scheme: dark)').onchange = show
}

function use(opened: EmbeddingTable, name: string, link: string): void {
  table?.dispose()
  table = opened
  byId('status').textContent = `${name}: ${count(opened.size)} rows of ${count(opened.dimension)} numbers`
  byId('progress').classList.add('done')
  change({ table: link })
}

async function useDefault(): Promise<void> {
  const bar = byId<HTMLProgressElement>('progress')
  bar.classList.remove('done')
  try {
    const opened = await openDefault((done, total) => {
      bar.value = done / total
    })
    use(opened, 'GloVe, 20,000 words', '')
  } catch (error) {
    bar.classList.add('done')
    byId('status').textContent =
      `The default table could not be loaded: ${messageOf(error)}. Reload to try again, or open another below.`
  }
}

/** What the page needs is kept for a visit without a network; where that is not possible, nothing is lost. */
async function keepForOffline(): Promise<void> {
  await navigator.serviceWorker?.register('offline.js').catch(() => {})
}

setUpControls()
setUpArithmetic(change)
setUpSizes()
const opening = setUpOpening(use, () => void useDefault())
show()
// the first view is painted before the table is fetched
requestAnimationFrame(() =>
  setTimeout(async () => {
    const named = state.table
    await useDefault()
    if (named !== '') await opening.openNow(named)
    await keepForOffline()
  }),
)
