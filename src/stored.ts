/** The door to tables whose rows stay where they lie. */

export type { SignalOptions, ViewOptions } from './stored/options.ts'
export { StoredTable, type Traffic } from './stored/stored-table.ts'
export { viewTable } from './stored/view-table.ts'
