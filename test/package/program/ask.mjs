/** A user's program: queries every door of the installed package and gives the answers. */
import { EmbeddingTable } from 'rowspace'
import { openDefaultTable } from 'rowspace/default'
import { encodeSafetensors, openTable, tokensTensor } from 'rowspace/formats'
import { gpt2Vocabulary } from 'rowspace/gpt2'

export async function ask() {
  const table = await EmbeddingTable.from([1, 0, 0.6, 0.8, 0, 1, -1, 0], {
    dimension: 2,
    tokens: ['east', 'north-east', 'north', 'west'],
  })
  const words = await openDefaultTable()
  const opened = await openTable(fileOf([1, 2, 3, 4], 2, ['a', 'b']))
  const royal = { positive: ['king', 'woman'], negative: ['man'] }
  const roman = { positive: ['paris', 'italy'], negative: ['france'] }
  const answer = {
    nearest: table.nearest('east', { k: 2 }).toArray().map(figures),
    king: words.analogy(royal, { k: 1 }).toArray().map(figures),
    paris: words.analogy(roman, { k: 1 }).toArray().map(figures),
    opened: [...opened.row('b')],
    gpt2: gpt2Vocabulary().idOf(' dog'),
  }
  for (const one of [table, words, opened]) one.dispose()
  return answer
}

const figures = ({ token, cosine, dot }) => `${token} ${cosine.toFixed(4)} ${dot.toFixed(3)}`

function fileOf(rows, dimension, tokens) {
  const shape = [rows.length / dimension, dimension]
  const bytes = new Uint8Array(Float32Array.from(rows).buffer)
  const chunks = [...encodeSafetensors([{ name: 'rows', dtype: 'F32', shape, bytes }, tokensTensor(tokens)])]
  return new Blob(chunks)
}
