/** DuckDB: rows in a file of its own. */
import { join } from 'node:path'
import { ARRAY, DuckDBDataChunk, DuckDBInstance, FLOAT, INTEGER, listValue } from '@duckdb/node-api'

/** Rows that DuckDB takes at once. */
const CHUNK = 2048

export async function load(folder, dimension, blocks) {
  const { instance, connection } = await connect(folder)
  await connection.run(`CREATE TABLE vectors (id INTEGER, embedding FLOAT[${dimension}])`)
  const appender = await connection.createAppender('vectors')
  const chunk = DuckDBDataChunk.create([INTEGER, ARRAY(FLOAT, dimension)])
  for await (const { first, rows } of blocks) {
    for (let at = 0; at < rows.length; at += CHUNK * dimension) {
      const some = rows.subarray(at, at + CHUNK * dimension)
      chunk.rowCount = some.length / dimension
      const [ids, embeddings] = [0, 1].map((column) => chunk.getColumnVector(column))
      for (let row = 0; row < ids.itemCount; row++) ids.setItem(row, first + at / dimension + row)
      // a value for each number takes minutes
      embeddings.childData.items.set(some)
      ids.flush()
      embeddings.flush()
      appender.appendDataChunk(chunk)
    }
  }
  appender.closeSync()
  await connection.run('CHECKPOINT')
  connection.closeSync()
  instance.closeSync()
}

/** What is asked by each of two functions. */
export const ways = ['array_cosine_similarity', 'array_inner_product']

export async function open(folder, dimension, k, way) {
  const { connection } = await connect(folder)
  const search = await connection.prepare(
    `SELECT id FROM vectors ORDER BY ${way}(embedding, $1::FLOAT[${dimension}]) DESC LIMIT ${k}`,
  )
  return async (query) => {
    search.bind([listValue([...query])])
    const answer = await search.runAndReadAll()
    return answer.getRows().map(([id]) => id)
  }
}

async function connect(folder) {
  const instance = await DuckDBInstance.create(join(folder, 'vectors.duckdb'))
  return { instance, connection: await instance.connect() }
}
