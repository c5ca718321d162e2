/** The part of the page that opens tables: header first, then the rows, with progress and a way back. */

import { proxy } from 'comlink'
import { bytes as bytesText, count } from '../../data/figures.ts'
import type { Header, TableSource } from '../answers/tables.ts'
import { byId } from '../dom.ts'
import type { Page } from '../page.ts'
import { messageOf } from '../text.ts'
import { showCached } from './cached.ts'

/** The name of a transformer's table beside the page; empty where there is none (demo/build.mjs). */
declare const TRANSFORMER: string

/** A table that is open now; `link` names it for the URL where it has an address. */
export type Opened = (name: string, link: string, shape: { size: number; dimension: number }) => void

/** Where a table is, and what to call it; `link` is empty for files. */
interface Place {
  source: TableSource
  name: string
  link: string
}

/** Float32 rows, and 8-bit codes beside them: what an open table takes at most. */
const BYTES_A_NUMBER = 5
const MAX_BYTES = 2 ** 32
/** A link opens files of so many bytes by itself, and asks for larger ones. */
const MOST_UNASKED = 64e6
const GPT2 = 'hf:openai-community/gpt2'

export interface Opening {
  /** Reads the header of what a link names. Resolves to what opens it, if that is small enough not to ask. */
  look(name: string): Promise<(() => Promise<boolean>) | undefined>
}

export function setUpOpening({ tables, state }: Page, opened: Opened, useDefault: () => void): Opening {
  const said = byId('open-said')
  const go = byId('open-go')
  const cancel = byId('open-cancel')
  const progress = byId<HTMLProgressElement>('open-progress')
  let attempts = 0

  /**
   * Runs a step; what a later one has taken the place of says nothing any more. Resolves to whether it went
   * well.
   */
  const attempt = async (working: string, step: (current: () => boolean) => Promise<void>) => {
    const mine = ++attempts
    const current = () => mine === attempts
    said.textContent = working
    go.hidden = true
    cancel.hidden = false
    progress.hidden = true
    try {
      await step(current)
      return current()
    } catch (error) {
      if (current()) said.textContent = messageOf(error)
      return false
    } finally {
      if (current()) {
        cancel.hidden = true
        progress.hidden = true
      }
    }
  }

  const offer = (label: string, place: Place, header: Header) => {
    go.textContent = label
    go.hidden = false
    go.onclick = () => void load(place, header)
  }

  const load = (place: Place, header: Header): Promise<boolean> => {
    const { source, name, link } = place
    let done = 0
    cancel.onclick = () => {
      attempts++
      void tables.cancel('open')
      cancel.hidden = true
      progress.hidden = true
      said.textContent =
        link === ''
          ? `Stopped at ${bytesText(done)}.`
          : `Stopped at ${bytesText(done)}. What was read is cached in this browser if the server sends ` +
            'a strong ETag, and is not read again.'
      offer('Go on', place, header)
    }
    return attempt(`Opening ${name} …`, async (current) => {
      progress.hidden = false
      const onProgress = (read: number, total: number) => {
        if (!current()) return
        done = read
        progress.value = read / total
        said.textContent = `Opening ${name}: ${bytesText(read)} of ${bytesText(total)}`
      }
      const shape = await tables.open(source, header, state().hub, proxy(onProgress))
      if (!current()) return
      said.textContent = `${name} is open: ${count(shape.size)} rows of ${count(shape.dimension)} numbers.`
      opened(name, link, shape)
      void cached()
    }).then((well) => {
      // an error of the network may pass: the same again goes on where it stopped
      if (!well && go.hidden && cancel.hidden && link !== '') offer('Try again', place, header)
      return well
    })
  }

  const look = async (place: Place): Promise<Header | undefined> => {
    const { source, name } = place
    let found: Header | undefined
    cancel.onclick = () => {
      attempts++
      void tables.cancel('look')
      cancel.hidden = true
      said.textContent = 'Stopped.'
    }
    await attempt(`Reading the header of ${name} …`, async (current) => {
      const header = await tables.readHeader('look', source, state().hub)
      if (!current()) return
      found = header
      said.textContent = saidOf(name, header)
      offer('Open it', place, header)
    })
    return found
  }

  const cached = () =>
    showCached(
      tables,
      (name) => void look({ source: name, name, link: name }).then((header) => header && go.click()),
    )

  byId('open-default').onclick = () => {
    attempts++
    go.hidden = true
    cancel.hidden = true
    said.textContent = 'Back to the default table.'
    useDefault()
  }
  const lookAt = (name: string) => {
    byId<HTMLInputElement>('open-source').value = name
    const place = placeNamed(name)
    if (place !== undefined) void look(place)
  }
  byId('open-gpt2').onclick = () => lookAt(GPT2)
  byId('open-transformer').hidden = TRANSFORMER === ''
  byId('open-transformer').onclick = () => lookAt(TRANSFORMER)
  byId<HTMLFormElement>('open-form').onsubmit = (event) => {
    event.preventDefault()
    const name = byId<HTMLInputElement>('open-source').value.trim()
    const place = placeNamed(name)
    if (place === undefined) said.textContent = 'Give a name such as hf:openai-community/gpt2, or an address.'
    else void look(place)
  }
  byId<HTMLInputElement>('open-file').onchange = ({ target }) => {
    const file = (target as HTMLInputElement).files?.[0]
    if (file !== undefined) void look({ source: file, name: file.name, link: '' })
  }
  takeDrops((file) => void look({ source: file, name: file.name, link: '' }))
  void cached()
  return {
    async look(name) {
      const place = placeNamed(name)
      const header = place && (await look(place))
      if (place === undefined || header === undefined) return undefined
      if (header.fileBytes <= MOST_UNASKED) return () => load(place, header)
      byId('open').scrollIntoView()
      return undefined
    },
  }
}

function saidOf(name: string, { size, dimension, dtype }: Header): string {
  const memory = size * dimension * BYTES_A_NUMBER
  const shape = `${name}: ${count(size)} rows of ${count(dimension)} numbers (${dtype}).`
  const room = `Opened, it takes at most ${bytesText(memory)} of memory.`
  if (memory <= MAX_BYTES) return `${shape} ${room}`
  return `${shape} ${room} One table holds ${bytesText(MAX_BYTES)}: it may not open.`
}

/** Addresses without a scheme are the page's neighbours. */
function placeNamed(name: string): Place | undefined {
  if (name.startsWith('hf:')) return { source: name, name, link: name }
  if (name === '' || !URL.canParse(name, document.baseURI)) return undefined
  return { source: new URL(name, document.baseURI).href, name, link: name }
}

function takeDrops(take: (file: File) => void): void {
  const { classList } = document.body
  document.body.ondragover = (event) => {
    event.preventDefault()
    classList.add('dropping')
  }
  document.body.ondragleave = (event) => {
    if (event.relatedTarget === null) classList.remove('dropping')
  }
  document.body.ondrop = (event) => {
    event.preventDefault()
    classList.remove('dropping')
    const file = event.dataTransfer?.files[0]
    if (file === undefined) return
    byId('open').scrollIntoView()
    take(file)
  }
}
