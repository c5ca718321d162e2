/** A user's program: the doors beside search, of the installed package. */
import { EmbeddingTable } from 'rowspace'
import { neighbourGraph, pairsAbove, rangeSearch } from 'rowspace/bulk'
import { Collection } from 'rowspace/collection'
import { KeyedVectors } from 'rowspace/keyed-vectors'
import { embed, openStaticModel } from 'rowspace/text'
import { meanRemoval } from 'rowspace/transforms'

export async function askMore() {
  const tokens = ['east', 'north-east', 'north', 'west']
  const table = await EmbeddingTable.from([1, 0, 0.6, 0.8, 0, 1, -1, 0], { dimension: 2, tokens })
  const vectors = new KeyedVectors(table)
  const graph = await neighbourGraph(table, { k: 1 })
  const centred = await (await meanRemoval(table)).apply(table)
  const collection = await Collection.fromTable(table, { columns: { sunny: 'boolean' } })
  await collection.delete('north-east')
  await collection.add({ key: 'south', vector: [0.1, -1], metadata: { sunny: true } })
  const wmd = await vectors.wmdistance(['east'], ['north', 'west']).catch(({ code }) => code)
  return {
    odd: vectors.doesntMatch(['east', 'north-east', 'west']),
    similar: vectors.mostSimilarCosmul('east', { topn: 1 })[0].token,
    chosen: (await vectors.vectorsForAll(['west', 'east'])).table.size,
    graph: [...graph.ids],
    range: rangeSearch(table, 'east', { minScore: 0.5 })
      .toArray()
      .map(({ token }) => token),
    pairs: (await pairsAbove(table, { minScore: 0.7 })).length,
    embedded: [...embed(table, 'east north')],
    centred: centred.row('east')[0].toFixed(2),
    sunny: collection.nearest('east', { filter: { sunny: true } }).keys,
    wmd,
    model: await openStaticModel(new Uint8Array(0)).catch(({ code }) => code),
  }
}
