/** The rows of a table: their memory until it is disposed of, ids and tokens, and which may be found. */
import type { TableMemory } from '../../bindings/table-memory.ts'
import { RowspaceError } from '../core/errors.ts'
import { checkId, IdSet } from '../core/id-set.ts'
import type { RowKey } from '../core/options.ts'
import { readList } from '../core/values.ts'
import type { Vocabulary } from '../core/vocabulary.ts'
import type { MadeTable } from './make-table.ts'
import type { SearchedRows } from './searcher.ts'
import { idOfRow } from './vocabulary.ts'

export class TableRows implements SearchedRows {
  readonly size: number
  readonly vocabulary: Vocabulary | undefined
  /** All rows but those that were not finite and were skipped. */
  readonly live: IdSet
  #memory: TableMemory | undefined

  constructor({ memory, size, vocabulary }: MadeTable) {
    this.size = size
    this.vocabulary = vocabulary
    this.#memory = memory
    const { norms, mask } = memory
    this.live = IdSet.where(size, (id) => norms[id] !== Number.POSITIVE_INFINITY)
    mask.set(this.live.words)
  }

  memory(): TableMemory {
    if (this.#memory !== undefined) return this.#memory
    throw new RowspaceError('DISPOSED', 'this table was disposed of: make a new one.')
  }

  dispose(): void {
    this.#memory?.dispose()
    this.#memory = undefined
  }

  /** Throws as `EmbeddingTable.id`. */
  id(row: RowKey): number {
    return idOfRow(row, this.size, this.vocabulary)
  }

  ids(rows: Iterable<RowKey>): number[] {
    return readList(rows, 'rows').map((row) => this.id(row))
  }

  /** The ids of a list of rows as an array of its own; many ids that come as one are only checked. */
  idArray(rows: Iterable<RowKey>): Uint32Array<ArrayBuffer> {
    if (!(rows instanceof Uint32Array)) return Uint32Array.from(this.ids(rows))
    for (const id of rows) if (id >= this.size) checkId(id, this.size)
    return rows.slice()
  }

  idSet(rows: Iterable<RowKey> | ((id: number, token: string | undefined) => boolean)): IdSet {
    if (typeof rows !== 'function') return IdSet.from(this.size, this.ids(rows))
    return IdSet.where(this.size, (id) => rows(id, this.tokenOf(id)))
  }

  tokenOf(id: number): string | undefined {
    return this.vocabulary?.tokenOf(id)
  }
}
