import { openDefaultTable } from 'rowspace/default'
import { viewTable } from 'rowspace/stored'
import { embedTexts } from './embed-texts.mjs'

const input = document.querySelector('#query')
const list = document.querySelector('#answer')
const note = document.querySelector('#note')

note.textContent = 'Loading the index…'
const [words, glosses] = await Promise.all([
  openDefaultTable(),
  viewTable(new URL('glosses.safetensors', document.baseURI)),
])
// kept by the browser: the next visit downloads none of it
await glosses.loadIndex()
const { bytes: opened } = glosses.traffic

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
  // somebody has typed on meanwhile
  if (search !== newest) return
  const { rescored, bytes } = matches.stats
  note.textContent =
    `Exact over ${glosses.size.toLocaleString('en')} texts in ${milliseconds.toFixed(0)} ms: ` +
    `${rescored} rows, ${(bytes / 1000).toFixed(1)} KB read; opened by ${(opened / 1e6).toFixed(1)} MB.`
  list.replaceChildren(
    ...matches.map(({ token }) => {
      const item = document.createElement('li')
      item.textContent = token
      return item
    }),
  )
}

input.addEventListener('input', search)
await search()
