/** LanceDB without an index: every row is scored. */
import { connect } from '@lancedb/lancedb'
import { Field, FixedSizeList, Float32, makeData, makeVector, Table, Vector } from 'apache-arrow'

export async function load(folder, dimension, blocks) {
  const database = await connect(folder)
  const type = new FixedSizeList(dimension, new Field('item', new Float32(), true))
  let table
  for await (const { first, rows } of blocks) {
    const length = rows.length / dimension
    const child = makeData({ type: new Float32(), length: rows.length, data: rows })
    const embedding = new Vector([makeData({ type, length, nullCount: 0, child })])
    const id = makeVector(Int32Array.from({ length }, (_, row) => first + row))
    const some = new Table({ id, embedding })
    if (table === undefined) table = await database.createTable('vectors', some)
    else await table.add(some)
  }
  table.close()
  database.close()
}

export const ways = ['cosine']

export async function open(folder, _dimension, k, way) {
  const table = await (await connect(folder)).openTable('vectors')
  return async (query) => {
    const found = await table
      .vectorSearch(query)
      .distanceType(way)
      .select(['id', '_distance'])
      .limit(k)
      .toArray()
    return found.map(({ id }) => id)
  }
}
