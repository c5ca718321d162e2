/**
 * What a user asks of the package, in sections: the same program in every engine. What a section gives is
 * compared bit for bit, so nothing in it may depend on the engine, on time or on threads. Without `using`, which
 * not every engine has.
 */
import { EmbeddingTable, type Matches, parseExpression } from 'rowspace'
import { maximalMarginalRelevance, neighbourGraph, pairsAbove, rangeSearch } from 'rowspace/bulk'
import { openDefaultTable } from 'rowspace/default'
import {
  openTable,
  writableRows,
  writeSafetensors,
  writeWord2vecBinary,
  writeWord2vecText,
} from 'rowspace/formats'
import { gpt2Vocabulary } from 'rowspace/gpt2'
import { KeyedVectors } from 'rowspace/keyed-vectors'
import { embed, sifWeights } from 'rowspace/text'
import { allButTheTop, meanRemoval, principalComponents, whitening } from 'rowspace/transforms'
import { pinnedAnswers } from '../../oracle/pinned-questions.ts'
import { type Kind, makeTable } from '../../oracle/tables.ts'
import { askCollections } from './collections.ts'
import type { Answer } from './digest.ts'

/** Waits for the threads that a table can have. */
export type Threads = (table: { readonly threads: number }, wanted: number) => Promise<void>

export const SECTIONS: Record<string, (threads: Threads) => Promise<Answer>> = {
  questions: async (threads) => {
    const answers: Answer[] = []
    const made = pinnedAnswers(async (flat, options) => {
      const table = await EmbeddingTable.from(flat, options)
      await threads(table, options.threads)
      return table
    })
    for await (const matches of made) answers.push(numbers(matches))
    return answers
  },

  words: async (threads) => {
    const table = await openDefaultTable({ threads: 2 })
    await threads(table, 2)
    const words = table.randomIds(300, { seed: 1 })
    const answers = [
      table.nearestBatch(words, { k: 20 }).map(named),
      table.nearestBatch(words, { k: 5, metric: 'dot', minScore: 0.5 }).map(named),
      ['king - man + woman', 'paris - france + italy', '0.5 * tea + milk'].map((text) =>
        named(table.analogy(parseExpression(text), { normalize: true })),
      ),
      numbers(table.scores('king', ['queen', 'alpine', 'either'])),
      table.gather(['king', 'queen', 'king']),
    ]
    table.dispose()
    return answers
  },

  // rows of every size of number, in every type and with odd lengths
  numbers: async (threads) => {
    const answers: Answer[] = []
    for (const [place, kind] of (['mixed', 'huge', 'tiny', 'edge', 'model', 'near'] as const).entries()) {
      const { flat, dimension } = makeTable(1500, 31 + place * 9, kind, place)
      const table = await EmbeddingTable.from(flat, { dimension, threads: 3 })
      await threads(table, 3)
      const ids = table.randomIds(60, { seed: place })
      answers.push(table.nearestBatch(ids, { k: 30, metric: 'dot' }).map(numbers))
      table.dispose()
    }
    return answers
  },

  bulk: async () => {
    const table = await openDefaultTable()
    const filter = table.idSet((id) => id < 1500)
    const graph = await neighbourGraph(table, { k: 10, filter })
    const pairs = await pairsAbove(table, { minScore: 0.7, filter })
    return [
      [graph.offsets, graph.ids, graph.cosines, graph.dots],
      [pairs.a, pairs.b, pairs.cosines, pairs.dots],
      numbers(rangeSearch(table, 'king', { minScore: 0.5 })),
      numbers(maximalMarginalRelevance(table, 'king', { k: 10, lambda: 0.5 })),
    ]
  },

  transforms: async () => {
    const { flat, dimension } = makeTable(1200, 40, 'model', 5)
    const table = await EmbeddingTable.from(flat, { dimension })
    const answers: Answer[] = []
    for (const transform of [
      await meanRemoval(table),
      await allButTheTop(table, { components: 2 }),
      await principalComponents(table, { dimension: 12 }),
      await whitening(table),
    ]) {
      const made = await transform.apply(table)
      answers.push(made.gather([0, 7, 1199]), transform.vector(table.row(3)), numbers(made.nearest(3)))
    }
    return answers
  },

  'keyed vectors': async () => {
    const table = await openDefaultTable()
    const vectors = new KeyedVectors(table)
    return [
      numbers(vectors.mostSimilar({ positive: ['king', 'woman'], negative: ['man'] })),
      vectors
        .mostSimilarCosmul({ positive: ['king', 'woman'], negative: ['man'] })
        .map(({ id, score }) => [id, score]),
      vectors.doesntMatch(['breakfast', 'cereal', 'dinner', 'lunch']),
      vectors.nSimilarity(['sushi', 'shop'], ['japanese', 'restaurant']),
      vectors.distances('king', ['queen', 'man']),
      vectors.rank('king', 'queen'),
      vectors.getMeanVector(['king', 'queen', 'man']),
    ]
  },

  texts: async () => {
    const table = await openDefaultTable()
    const texts = ['a small domestic cat', 'the king and the queen of two large islands', '']
    const gpt2 = gpt2Vocabulary()
    return [
      embed(table, texts, { normalize: true }),
      embed(table, texts, { weights: sifWeights(table.size), dimension: 64 }),
      gpt2.tokenize?.('Embedding tables: naïve 🗝 words').map(({ id }) => id ?? null) ?? [],
      [' dog', ' king', 'Alpine'].map((token) => gpt2.idOf(token) ?? null),
    ]
  },

  files: async () => {
    const tokens = Array.from({ length: 400 }, (_, id) => `mot${id}é`)
    const rowsOf = (kind: Kind) => writableRows(makeTable(400, 25, kind, 9).flat, 25, tokens)
    const [wide, plain] = [rowsOf('mixed'), rowsOf('plain')]
    const answers: Answer[] = []
    for (const chunks of [
      [...writeSafetensors(wide)],
      [...writeSafetensors(plain, { dtype: 'bf16' })],
      [...writeSafetensors(plain, { dtype: 'int8' })],
      [...writeSafetensors(plain, { dtype: 'f16' })],
      [...writeWord2vecText(wide)],
      [...writeWord2vecBinary(wide)],
    ]) {
      answers.push(chunks)
      const opened = await openTable(new Blob(chunks.map((chunk) => chunk.slice())))
      answers.push(opened.gather([0, 399]), named(opened.nearest('mot17é', { metric: 'dot' })))
    }
    return answers
  },

  collections: askCollections,
}

export const numbers = ({ ids, cosines, dots }: Pick<Matches, 'ids' | 'cosines' | 'dots'>): Answer => [
  ids,
  cosines,
  dots,
]
const named = (matches: Matches): Answer => [
  numbers(matches),
  matches.toArray().map(({ token }) => token ?? null),
]
