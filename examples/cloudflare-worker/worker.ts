import { type EmbeddingTable, isRowspaceError } from 'rowspace'
import { openDefaultTable } from 'rowspace/default'

let table: Promise<EmbeddingTable> | undefined

export default {
  /** GET /coffee answers the five nearest words as JSON. */
  async fetch(request: Request): Promise<Response> {
    const word = decodeURIComponent(new URL(request.url).pathname.slice(1))
    table ??= openDefaultTable()
    try {
      return Response.json((await table).nearest(word, { k: 5 }))
    } catch (error) {
      if (!isRowspaceError(error)) throw error
      return Response.json({ error: error.message }, { status: 400 })
    }
  },
}
