/** The part of the page that opens tables: header first, then the rows, with progress and a way back. */
import type { EmbeddingTable, SourceLike } from 'rowspace'
import { byId, bytesText, count, messageOf } from './dom.ts'
import { type Header, open, readHeader } from './tables.ts'

/** What to do with a table that was opened; `link` names it for the URL where it has an address. */
export type Opened = (table: EmbeddingTable, name: string, link: string) => void

export interface Opening {
  /** Reads the header and says what opening will take. */
  look(source: SourceLike, name: string, link: string): Promise<void>
  /** Both steps, for a link that names a table. */
  openNow(name: string): Promise<void>
}

export function setUpOpening(opened: Opened, backToDefault: () => void): Opening {
  const said = byId('open-said')
  const go = byId('open-go')
  const cancel = byId('open-cancel')
  const progress = byId<HTMLProgressElement>('open-progress')
  let stop = new AbortController()

  const attempt = async (working: string, step: (signal: AbortSignal) => Promise<void>) => {
    stop.abort()
    const mine = new AbortController()
    stop = mine
    said.textContent = working
    go.hidden = true
    cancel.hidden = false
    try {
      await step(mine.signal)
    } catch (error) {
      if (stop === mine)
        said.textContent = mine.signal.aborted
          ? 'Cancelled. What was read of a hub model is kept: open it again to go on.'
          : messageOf(error)
    } finally {
      if (stop === mine) {
        cancel.hidden = true
        progress.hidden = true
      }
    }
  }

  const load = (source: SourceLike, header: Header, name: string, link: string) =>
    attempt(`Opening ${name} …`, async (signal) => {
      progress.hidden = false
      const onProgress = (done: number, total: number) => {
        progress.value = done / total
        said.textContent = `Opening ${name}: ${bytesText(done)} of ${bytesText(total)}`
      }
      const table = await open(source, header, { signal, onProgress })
      // a cancel that came too late to stop the load still counts
      if (signal.aborted) {
        table.dispose()
        signal.throwIfAborted()
      }
      said.textContent = `${name} is open: ${count(table.size)} rows of ${count(table.dimension)} numbers.`
      opened(table, name, link)
    })

  const look = (source: SourceLike, name: string, link: string) =>
    attempt(`Reading the header of ${name} …`, async (signal) => {
      const header = await readHeader(source, signal)
      signal.throwIfAborted()
      said.textContent = `${name}: ${count(header.size)} rows of ${count(header.dimension)} numbers. Opened, it takes ${bytesText(header.memory)} of memory.`
      go.hidden = false
      go.onclick = () => void load(source, header, name, link)
    })

  cancel.onclick = () => stop.abort()
  byId('open-default').onclick = () => {
    stop.abort()
    backToDefault()
  }
  byId<HTMLFormElement>('open-form').onsubmit = (event) => {
    event.preventDefault()
    const name = byId<HTMLInputElement>('open-source').value.trim()
    if (name === '') said.textContent = 'Give a name such as hf:openai-community/gpt2, or an address.'
    else void look(sourceNamed(name), name, name)
  }
  byId<HTMLInputElement>('open-file').onchange = ({ target }) => {
    const file = (target as HTMLInputElement).files?.[0]
    if (file !== undefined) void look(file, file.name, '')
  }
  takeDrops((file) => void look(file, file.name, ''))
  const openNow = async (name: string) => {
    await look(sourceNamed(name), name, name)
    if (!go.hidden) go.click()
  }
  return { look, openNow }
}

/** Addresses without a scheme are the page's neighbours. */
const sourceNamed = (name: string): SourceLike =>
  name.startsWith('hf:') ? name : new URL(name, document.baseURI)

function takeDrops(take: (file: File) => void): void {
  document.body.ondragover = (event) => {
    event.preventDefault()
    document.body.classList.add('dropping')
  }
  document.body.ondragleave = () => document.body.classList.remove('dropping')
  document.body.ondrop = (event) => {
    event.preventDefault()
    document.body.classList.remove('dropping')
    const file = event.dataTransfer?.files[0]
    if (file === undefined) return
    byId('open').scrollIntoView()
    take(file)
  }
}
