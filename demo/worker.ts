/**
 * The worker: holds the table and answers the page's questions, so that no search, however large the table,
 * ever keeps anyone from typing. Answers are plain data; what they look like is the page's.
 */
import { expose, transfer } from 'comlink'
import type { EmbeddingTable } from 'rowspace'
import { arithmetic } from './answers/arithmetic.ts'
import { explain } from './answers/explain.ts'
import { gpt2Split, lookUp, lookUpByRange } from './answers/lookup.ts'
import { neighbours } from './answers/neighbours.ts'
import * as from from './answers/tables.ts'
import type { State } from './state.ts'

/** Numbers that are handed out to be measured with: a copy, and three tables of them are made. */
const MOST_NUMBERS = 50_257 * 768

/** What can be stopped: whoever begins one ends the one before. */
type Job = 'open' | 'look' | 'describe'

let table: EmbeddingTable | undefined
const jobs: Partial<Record<Job, AbortController>> = {}

function begin(job: Job): AbortSignal {
  jobs[job]?.abort()
  const controller = new AbortController()
  jobs[job] = controller
  return controller.signal
}

function current(): EmbeddingTable {
  if (table === undefined) throw new Error('No table is open yet')
  return table
}

/** Takes the place of the table before it. A cancel that came too late to stop the load still counts. */
function use(opened: EmbeddingTable, signal: AbortSignal): { size: number; dimension: number } {
  if (signal.aborted) opened.dispose()
  signal.throwIfAborted()
  table?.dispose()
  table = opened
  return { size: table.size, dimension: table.dimension }
}

const tableWorker = {
  async openDefault(onProgress: from.OnProgress) {
    const signal = begin('open')
    return use(await from.openDefault(signal, onProgress), signal)
  },
  async open(source: from.TableSource, header: from.Header, endpoint: string, onProgress: from.OnProgress) {
    const signal = begin('open')
    return use(await from.open(source, header, endpoint, { signal, onProgress }), signal)
  },
  readHeader: (job: Job, source: from.TableSource, endpoint: string) =>
    from.readHeader(source, endpoint, begin(job)),
  cancel: (job: Job) => jobs[job]?.abort(),
  cached: from.listCached,
  forget: from.forget,
  gpt2Split,
  /** Until a table is open, by the rows of the default table's file that it takes. */
  lookUp: (state: State) =>
    table === undefined
      ? // a host that gives no ranges: all rows are on their way
        lookUpByRange(from.defaultAddress(), state).catch(() => undefined)
      : lookUp(table, state),
  neighbours: (state: State) => neighbours(current(), state),
  arithmetic: (state: State) => arithmetic(current(), state),
  explain: (state: State, id: number) => explain(current(), state, id),
  mapOf: async (state: State) => (await import('./answers/map.ts')).mapOf(current(), state),
  /** All numbers of the table, row after row. */
  rows() {
    const { size, dimension } = current()
    if (size * dimension > MOST_NUMBERS)
      throw new Error(`The open table is too large to be measured here: choose a shape.`)
    const rows = current().gather(Uint32Array.from({ length: size }, (_, id) => id))
    return transfer({ rows, dimension }, [rows.buffer])
  },
}

export type TableWorker = typeof tableWorker

expose(tableWorker)
