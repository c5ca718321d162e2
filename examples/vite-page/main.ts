import { isRowspaceError } from 'rowspace'
import { openDefaultTable } from 'rowspace/default'

const input = document.querySelector<HTMLInputElement>('#word')
const list = document.querySelector('#neighbours')
if (input === null || list === null) throw new Error('index.html has changed')

const table = await openDefaultTable()

function show(word: string): string[] {
  try {
    return table
      .nearest(word, { k: 5 })
      .toArray()
      .map(({ token, cosine }) => `${token} ${cosine.toFixed(4)}`)
  } catch (error) {
    // an unknown word: the message suggests the nearest spelling
    if (isRowspaceError(error)) return [error.message]
    throw error
  }
}

function update(): void {
  list?.replaceChildren(
    ...show(input?.value ?? '').map((line) =>
      Object.assign(document.createElement('li'), { textContent: line }),
    ),
  )
}

input.addEventListener('input', update)
update()
