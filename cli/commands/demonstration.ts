/** `rowspace` alone: what an embedding table is and does, shown on the table that comes with it. */

import type { EmbeddingTable } from '../../src/table/embedding-table.ts'
import type { Match } from '../../src/table/matches.ts'
import { drawBaselines } from '../baselines.ts'
import { openNamedTable } from '../open-table.ts'
import type { Answer } from '../parsing/command.ts'
import { formatDemonstration } from '../views/demonstration.ts'
import { norm } from '../views/figures.ts'
import { matchDocument, timed } from '../views/matches.ts'
import type { Demonstration, Timed } from '../views/shown.ts'
import { lookUp } from './lookup.ts'

const SENTENCE = 'the king met the queen'
const WORD = 'coffee'
const KING = { positive: ['king', 'woman'], negative: ['man'] }
/** Words that have nothing to do with the analogy. */
const UNRELATED = ['either', 'alpine', 'pillars']
const ROME = { positive: ['paris', 'italy'], negative: ['france'] }
const SEED = 1
const SHOWN = 5

export async function demonstration(): Promise<Answer> {
  const start = performance.now()
  const table = await openNamedTable('default')
  const shown = demonstrate(table, performance.now() - start)
  return { text: () => formatDemonstration(shown), document: documentOf(shown) }
}

/** Runs every search of the demonstration. */
export function demonstrate(table: EmbeddingTable, milliseconds: number): Demonstration {
  const { size, dimension } = table
  const vector = table.combine(KING)
  return {
    size,
    dimension,
    milliseconds,
    sentence: { text: SENTENCE, found: lookUp(table, SENTENCE) },
    neighbours: { word: WORD, ...timedMatches(() => table.nearest(WORD, { k: SHOWN })) },
    analogy: {
      ...timedMatches(() => table.analogy(KING, { k: SHOWN })),
      unrelated: table.scores(vector, UNRELATED).toArray(),
      random: drawBaselines(table, KING, { count: 3, seed: SEED }),
      seed: SEED,
    },
    measures: measures(table),
  }
}

function measures(table: EmbeddingTable): Demonstration['measures'] {
  const cosine = timedMatches(() => table.analogy(ROME, { k: 3 }))
  const dot = timedMatches(() => table.analogy(ROME, { k: 3, metric: 'dot' }))
  const first = [cosine, dot].flatMap(({ matches }) => matches.slice(0, 1))
  return { cosine, dot, first: first.map(({ id, token }) => ({ token, norm: norm(table.row(id)) })) }
}

/** The time is that of the search alone: no opening, no printing. */
function timedMatches(search: () => Iterable<Match>): Timed {
  const { result, milliseconds } = timed(search)
  return { matches: [...result], milliseconds }
}

function documentOf({
  size,
  dimension,
  milliseconds,
  sentence,
  neighbours,
  analogy,
  measures,
}: Demonstration) {
  const answer = ({ matches, milliseconds }: Timed) => ({
    matches: matches.map(matchDocument),
    milliseconds,
  })
  return {
    table: 'default',
    size,
    dimension,
    milliseconds,
    lookup: sentence.found.map(({ text, id, row }) => ({
      token: text,
      id: id ?? null,
      row: row === undefined ? null : [...row],
    })),
    nearest: { token: neighbours.word, ...answer(neighbours) },
    analogy: {
      expression: KING,
      ...answer(analogy),
      baselines: [...analogy.unrelated, ...analogy.random].map(matchDocument),
      seed: analogy.seed,
    },
    measures: { expression: ROME, cosine: answer(measures.cosine), dot: answer(measures.dot) },
  }
}
