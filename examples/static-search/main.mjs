import { openDefaultTable } from 'rowspace/default'
import { viewTable } from 'rowspace/stored'
import { embedTexts } from './embed-texts.mjs'

const address = (name) => new URL(name, document.baseURI)
const input = document.querySelector('#query')
const list = document.querySelector('#answer')
const note = document.querySelector('#note')

note.textContent = 'Loading the index…'
const [words, glosses, offsets] = await Promise.all([
  openDefaultTable(),
  viewTable(address('glosses.safetensors')),
  fetch(address('offsets.u32')).then(async (answer) => new Uint32Array(await answer.arrayBuffer())),
])
// kept by the browser: the next visit downloads none of it
await glosses.loadIndex()
const { bytes: opened } = glosses.traffic

/** The text of one row, by its bytes alone. */
async function textOf(id) {
  const [start, end] = [offsets[id], offsets[id + 1]]
  const answer = await fetch(address('texts.txt'), { headers: { range: `bytes=${start}-${end - 1}` } })
  const bytes = await answer.arrayBuffer()
  // a server without ranges gives the whole file
  return new TextDecoder().decode(answer.status === 206 ? bytes : bytes.slice(start, end))
}

let newest = 0
async function search() {
  const search = ++newest
  const vector = embedTexts(words, [input.value])
  if (vector.every((value) => value === 0)) {
    note.textContent = 'None of these words is known.'
    return
  }
  const begun = performance.now()
  const matches = await glosses.nearest(vector, { k: 8 })
  const milliseconds = performance.now() - begun
  const texts = await Promise.all(Array.from(matches.ids, textOf))
  // somebody has typed on meanwhile
  if (search !== newest) return
  const { rescored, bytes } = matches.stats
  note.textContent =
    `Exact over ${glosses.size.toLocaleString('en')} texts in ${milliseconds.toFixed(0)} ms: ` +
    `${rescored} rows, ${(bytes / 1000).toFixed(1)} KB read; opened by ${(opened / 1e6).toFixed(1)} MB.`
  list.replaceChildren(
    ...texts.map((text) => {
      const item = document.createElement('li')
      item.textContent = text
      return item
    }),
  )
}

input.addEventListener('input', search)
await search()
