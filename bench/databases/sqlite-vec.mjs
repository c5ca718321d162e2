/** sqlite-vec, through Node's SQLite: it scores every row, on one thread. */
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { getLoadablePath } from 'sqlite-vec'

const bytesOf = (vector) => new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength)

export async function load(folder, dimension, blocks) {
  const database = connect(folder)
  database.exec(
    `CREATE VIRTUAL TABLE vectors USING vec0(embedding float[${dimension}] distance_metric=cosine)`,
  )
  const insert = database.prepare('INSERT INTO vectors(rowid, embedding) VALUES (?, ?)')
  database.exec('BEGIN')
  for await (const { first, rows } of blocks) {
    for (let at = 0; at < rows.length; at += dimension) {
      insert.run(BigInt(first + at / dimension), bytesOf(rows.subarray(at, at + dimension)))
    }
  }
  database.exec('COMMIT')
  database.close()
}

export const ways = ['cosine']

export async function open(folder, _dimension, k) {
  const search = connect(folder).prepare(
    `SELECT rowid FROM vectors WHERE embedding MATCH ? AND k = ${k} ORDER BY distance`,
  )
  return async (query) => search.all(bytesOf(query)).map(({ rowid }) => rowid)
}

function connect(folder) {
  const database = new DatabaseSync(join(folder, 'vectors.sqlite'), { allowExtension: true })
  database.loadExtension(getLoadablePath())
  return database
}
