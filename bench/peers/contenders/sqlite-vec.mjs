/** sqlite-vec, native, in memory, through better-sqlite3. */
import Database from 'better-sqlite3'
import * as sqliteVec from 'sqlite-vec'

export function prepare({ rows, size, dimension, k }) {
  const database = new Database(':memory:')
  sqliteVec.load(database)
  database.exec(`CREATE VIRTUAL TABLE vectors USING vec0(embedding float[${dimension}])`)
  const insert = database.prepare('INSERT INTO vectors(rowid, embedding) VALUES (?, ?)')
  const bytesOf = (vector) => Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength)
  database.transaction(() => {
    for (let id = 0; id < size; id++) {
      insert.run(BigInt(id), bytesOf(rows.subarray(id * dimension, (id + 1) * dimension)))
    }
  })()
  const search = database
    .prepare(`SELECT rowid FROM vectors WHERE embedding MATCH ? AND k = ${k} ORDER BY distance`)
    .pluck()
  return { ask: (query) => search.all(bytesOf(query)) }
}
