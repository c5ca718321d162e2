/** The page: one state, one worker with the table, and parts that show what it answers. */

import { proxy, wrap } from 'comlink'
import { count } from '../data/figures.ts'
import { byId } from './dom.ts'
import type { Page } from './page.ts'
import { setUpArithmetic } from './parts/arithmetic.ts'
import { setUpLookup } from './parts/lookup.ts'
import { setUpMap } from './parts/mapping.ts'
import { setUpMeasuring } from './parts/measuring.ts'
import { setUpNeighbours } from './parts/neighbours.ts'
import { setUpOpening } from './parts/opening.ts'
import { setUpSizes } from './parts/sizes.ts'
import { type Metric, readState, type State, writeState } from './state.ts'
import { messageOf } from './text.ts'
import type { TableWorker } from './worker.ts'

/** Milliseconds between two changes that Back takes one by one. */
const PAUSE = 1000
/** Milliseconds that a link's table may take to answer before the default table is shown. */
const SLOW = 2000
/** Milliseconds that the first row may take before the rest of the table is fetched. */
const FIRST = 4000
const DEFAULT_NAME = 'GloVe’s 20,000 most common words'

let state = readState(location.search)
let isOpen = false
let writing: ReturnType<typeof setTimeout> | undefined
/** When the address was written last. */
let written = Number.NEGATIVE_INFINITY
const worker = new Worker(new URL('worker.js', document.baseURI), { type: 'module' })
worker.onerror = ({ message }) => {
  byId('status').textContent = `The page’s worker could not run: ${message ?? 'its script did not load'}.`
}
const page: Page = { tables: wrap<TableWorker>(worker), change, settle, state: () => state }

function change(changes: Partial<State>): void {
  settle(changes)
  show()
}

function settle(changes: Partial<State>): void {
  state = { ...state, ...changes }
  // browsers limit how often a page may rewrite its address: not with every key of a fast typist
  clearTimeout(writing)
  writing = setTimeout(writeLink, 150)
}

/** A step for the Back button, but for what follows another at once, as keys do. */
function writeLink(): void {
  const query = writeState(state)
  if (query === location.search) return
  const isStep = isOpen && performance.now() - written > PAUSE
  written = performance.now()
  const address = `${location.pathname}${query}${location.hash}`
  if (isStep) history.pushState(null, '', address)
  else history.replaceState(null, '', address)
}

/** Back and forward: what the address says, and its table if another one is open. */
function goTo(): void {
  clearTimeout(writing)
  const { table } = state
  state = readState(location.search)
  if (state.table === table) show()
  else void openFirst()
}

function show(): void {
  showControls()
  // the rows of a sentence can be had before the table is here
  if (!isOpen && state.table === '') void showLookup(state)
  if (isOpen) for (const showPart of [showLookup, ...others]) void showPart(state)
}

function showControls(): void {
  for (const name of ['sentence', 'expression'] as const) {
    const input = byId<HTMLInputElement>(name)
    if (input.value !== state[name]) input.value = state[name]
  }
  for (const name of ['normalize', 'inputs'] as const) byId<HTMLInputElement>(name).checked = state[name]
  for (const name of ['metric', 'sumMetric'] as const) {
    for (const radio of radiosOf(name)) radio.checked = radio.value === state[name]
  }
}

const radiosOf = (name: string) => document.querySelectorAll<HTMLInputElement>(`input[name=${name}]`)

function setUpMetrics(): void {
  for (const name of ['metric', 'sumMetric'] as const) {
    for (const radio of radiosOf(name)) radio.onchange = () => change({ [name]: radio.value as Metric })
  }
}

function use(name: string, link: string, { size, dimension }: { size: number; dimension: number }): void {
  isOpen = true
  // answers of the table before
  for (const id of ['sum-list', 'baselines', 'disagreement', 'explanation', 'reading'])
    byId(id).replaceChildren()
  byId('status').textContent = `${name}: ${count(size)} rows of ${count(dimension)} numbers`
  byId('progress').classList.add('done')
  byId('retry').hidden = true
  change({ table: link })
}

async function useDefault(): Promise<void> {
  const bar = byId<HTMLProgressElement>('progress')
  bar.classList.remove('done')
  byId('status').textContent = 'Loading 20,000 words of GloVe …'
  byId('retry').hidden = true
  const onProgress = (done: number, total: number) => {
    bar.value = done / total
  }
  try {
    use(DEFAULT_NAME, '', await page.tables.openDefault(proxy(onProgress)))
  } catch (error) {
    bar.classList.add('done')
    byId('status').textContent = `The default table could not be loaded: ${messageOf(error)}.`
    byId('retry').hidden = false
  }
}

const wait = (milliseconds: number) => new Promise<undefined>((done) => setTimeout(done, milliseconds))

async function openFirst(): Promise<void> {
  const { table } = state
  if (table === '') {
    // its tokens and five rows first, then all of it
    await Promise.race([showLookup(state), wait(FIRST)])
    return useDefault()
  }
  byId('status').textContent = `Opening ${table} …`
  // what cannot be opened says why in its own part of the page, and what is slow to answer, or large, is offered
  // there: the page works all the same
  const load = await Promise.race([opening.look(table), wait(SLOW)])
  if (load !== undefined && (await load())) return
  // Back does not lead to the link again
  written = performance.now()
  await useDefault()
}

/** Caches what the page needs without a network; where that is not possible, nothing is lost. */
async function keepForOffline(): Promise<void> {
  await navigator.serviceWorker?.register('offline.js').catch(() => {})
}

const showLookup = setUpLookup(page)
const others = [setUpNeighbours, setUpArithmetic, setUpMap].map((setUp) => setUp(page))
setUpMetrics()
setUpSizes(page)
setUpMeasuring(page)
const opening = setUpOpening(page, use, () => void useDefault())
addEventListener('popstate', goTo)
byId('retry').onclick = () => void useDefault()
matchMedia('(prefers-color-scheme: dark)').onchange = show
showControls()
// the first view is painted before the table is fetched
requestAnimationFrame(() =>
  setTimeout(async () => {
    await openFirst()
    await keepForOffline()
  }),
)
