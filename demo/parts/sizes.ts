/** How large the tables of models are: bars by any measure, a calculator, and headers read live. */
import { bytes as bytesText, count, rounded } from '../../data/figures.ts'
import MODELS from '../../data/models.json'
import type { Header } from '../answers/tables.ts'
import { bar, byId, make } from '../dom.ts'
import type { Page } from '../page.ts'
import { messageOf, percentText } from '../text.ts'

/** A model as a bar; one read live has no published size or card. */
interface Entry {
  name: string
  /** Tokens, |V|. */
  vocabulary: number
  /** Numbers per token, d. */
  dimension: number
  /** Parameters of the whole model. */
  total: number
  shareText: string
  card?: string
}

interface Measure {
  name: string
  value: (entry: Entry) => number
  text: (value: number) => string
  /** What a full bar stands for. Default: the largest there is. */
  full?: number
}

const parameters = ({ vocabulary, dimension }: Pick<Entry, 'vocabulary' | 'dimension'>) =>
  vocabulary * dimension
/** One byte per number, and a float32 scale per row. */
const int8Bytes = (entry: Pick<Entry, 'vocabulary' | 'dimension'>) => parameters(entry) + entry.vocabulary * 4

const PARAMETERS: Measure = { name: 'parameters', value: parameters, text: rounded }
const MEASURES: readonly Measure[] = [
  { name: '|V|', value: ({ vocabulary }) => vocabulary, text: count },
  { name: 'd', value: ({ dimension }) => dimension, text: count },
  PARAMETERS,
  { name: 'f32', value: (entry) => parameters(entry) * 4, text: bytesText },
  { name: 'bf16', value: (entry) => parameters(entry) * 2, text: bytesText },
  { name: 'int8', value: int8Bytes, text: bytesText },
  { name: 'share', value: (entry) => parameters(entry) / entry.total, text: percentText, full: 1 },
]

const published: readonly Entry[] = MODELS.map((model) => {
  const { name, vocabulary, dimension, nominal: total, nominalText, checkpoint, repository } = model
  const [named, counted] = [total, checkpoint].map((size) => percentText(parameters(model) / size))
  return {
    name,
    vocabulary,
    dimension,
    total,
    card: `https://huggingface.co/${repository}`,
    shareText: `${named} of ${nominalText}, counted ${counted} of ${rounded(checkpoint)}`,
  }
})

export function setUpSizes(page: Page): void {
  const live: Entry[] = []
  let measure = PARAMETERS
  const show = () => showBars([...published, ...live], measure)
  byId('size-measures').append(
    ...MEASURES.map((each) => {
      const radio = make('input', { type: 'radio', name: 'size-measure', value: each.name })
      radio.checked = each === measure
      radio.onchange = () => {
        measure = each
        show()
      }
      return make('label', {}, radio, each.name)
    }),
  )
  show()
  setUpCalculator()
  setUpLiveHeaders(page, (name, header) => {
    const at = live.findIndex((entry) => entry.name === name)
    live.splice(at < 0 ? live.length : at, 1, entryOf(name, header))
    show()
  })
}

function showBars(entries: readonly Entry[], { value, text, full }: Measure): void {
  const sorted = [...entries].sort((a, b) => value(b) - value(a))
  const whole = full ?? Math.max(...entries.map(value))
  byId('size-bars').replaceChildren(
    ...sorted.map((entry) => {
      const { name, vocabulary, dimension, card, shareText } = entry
      const heading = card === undefined ? name : make('a', { href: card }, name)
      const facts = [
        `${count(vocabulary)} × ${count(dimension)}`,
        `${rounded(parameters(entry))} parameters`,
        `${bytesText(parameters(entry) * 4)} f32`,
        `${bytesText(parameters(entry) * 2)} bf16`,
        `${bytesText(int8Bytes(entry))} int8`,
        shareText,
      ]
      return make(
        'li',
        {},
        make('span', { className: 'model' }, heading),
        make('span', { className: 'value' }, text(value(entry))),
        bar(value(entry) / whole),
        make('span', { className: 'model-facts' }, ...facts.map((fact) => make('span', {}, fact))),
      )
    }),
  )
}

function setUpCalculator(): void {
  const ids = ['own-vocabulary', 'own-dimension', 'own-total']
  const show = () => {
    const [vocabulary, dimension, total] = ids.map((id) =>
      Number(byId<HTMLInputElement>(id).value.replace(/[\s,_]/g, '')),
    ) as [number, number, number]
    const own = { vocabulary, dimension }
    const size = parameters(own)
    const whole = [vocabulary, dimension, total, size * 4].every(
      (value) => Number.isSafeInteger(value) && value > 0,
    )
    byId('own-result').textContent = !whole
      ? 'Give three whole numbers above zero.'
      : size > total
        ? `${count(size)} parameters: more than the ${count(total)} of the whole model.`
        : `${count(size)} parameters: ${bytesText(size * 4)} as f32, ${bytesText(size * 2)} as bf16, ` +
          `${bytesText(int8Bytes(own))} as int8; ${percentText(size / total)} of the model.`
  }
  for (const id of ids) byId(id).oninput = show
  show()
}

function setUpLiveHeaders({ tables, state }: Page, found: (name: string, header: Header) => void): void {
  const said = byId('live-said')
  byId<HTMLFormElement>('live-form').onsubmit = async (event) => {
    event.preventDefault()
    const typed = byId<HTMLInputElement>('live-name').value.trim()
    if (typed === '') {
      said.textContent = 'Give a model’s name, such as Qwen/Qwen3-0.6B.'
      return
    }
    const name = /^(hf:|https?:)/.test(typed) ? typed : `hf:${typed}`
    said.textContent = `Reading the header of ${name} …`
    try {
      const header = await tables.readHeader('describe', name, state().hub)
      found(name, header)
      said.textContent =
        `${name}: ${count(header.size)} × ${count(header.dimension)} as ${header.dtype}, in a file of ` +
        `${bytesText(header.fileBytes)}; ${bytesText(header.bytesRead)} were read to know it.`
    } catch (error) {
      said.textContent = messageOf(error)
    }
  }
}

function entryOf(name: string, { size, dimension, parameters: total }: Header): Entry {
  const share = percentText((size * dimension) / total)
  const shareText = `${share} of ${rounded(total)} in the file, read live`
  return { name, vocabulary: size, dimension, total, shareText }
}
