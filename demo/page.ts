/** What the parts of the page share: the worker with the table, and the way to change what is shown. */
import type { Remote } from 'comlink'
import type { Change, State } from './state.ts'
import type { TableWorker } from './worker.ts'

export interface Page {
  tables: Remote<TableWorker>
  change: Change
  /** Keeps what an answer made clear, without asking again. */
  settle: Change
  /** What is shown now. */
  state(): State
}

/** Shows its part of a state. Resolves when what it asked for first is there. */
export type Show = (state: State) => void | Promise<void>
