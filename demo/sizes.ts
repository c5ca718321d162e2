/** How large the tables of published models are, and a calculator for one's own. */
import { byId, bytesText, count, make } from './dom.ts'

interface Model {
  name: string
  vocabulary: number
  dimension: number
  /** Parameters of the whole model, as it is published. */
  total: number
}

/** Shapes from each model's config.json; totals are the published sizes. */
export const MODELS: readonly Model[] = [
  { name: 'GPT-2 Small', vocabulary: 50_257, dimension: 768, total: 117e6 },
  { name: 'Gemma 3 270M', vocabulary: 262_144, dimension: 640, total: 270e6 },
  { name: 'Qwen3 1.7B', vocabulary: 151_936, dimension: 2_048, total: 1.7e9 },
  { name: 'Ministral 8B', vocabulary: 131_072, dimension: 4_096, total: 8e9 },
  { name: 'DeepSeek V3.2 Speciale', vocabulary: 129_280, dimension: 7_168, total: 671e9 },
]

interface Column {
  head: string
  value: (model: Model) => number
  text: (value: number) => string
}

const parameters = ({ vocabulary, dimension }: Model) => vocabulary * dimension
const millions = (value: number) => `${(value / 1e6).toFixed(1)}M`
const percent = (share: number) => `${(share * 100).toPrecision(share < 0.01 ? 2 : 3)} %`
const COLUMNS: readonly Column[] = [
  { head: '|V|', value: (model) => model.vocabulary, text: count },
  { head: 'd', value: (model) => model.dimension, text: count },
  { head: 'parameters', value: parameters, text: millions },
  { head: 'as f32', value: (model) => parameters(model) * 4, text: bytesText },
  { head: 'as bf16', value: (model) => parameters(model) * 2, text: bytesText },
  { head: 'as int8', value: (model) => parameters(model) + model.vocabulary * 4, text: bytesText },
  { head: 'share', value: (model) => parameters(model) / model.total, text: percent },
]

export function setUpSizes(): void {
  showModels(COLUMNS[2]!)
  for (const id of ['own-vocabulary', 'own-dimension', 'own-total']) byId(id).oninput = showOwn
  showOwn()
}

function showModels(sortedBy: Column): void {
  const models = [...MODELS].sort((a, b) => sortedBy.value(b) - sortedBy.value(a))
  const heads = COLUMNS.map((column) =>
    make(
      'th',
      { scope: 'col', 'aria-sort': column === sortedBy ? 'descending' : 'none' },
      make('button', { type: 'button', onclick: () => resort(column) }, column.head),
    ),
  )
  const largest = Math.max(...models.map(sortedBy.value))
  const cell = (model: Model, column: Column) => {
    const value = column.value(model)
    const element = make('td', {}, column.text(value))
    if (column !== sortedBy) return element
    const bar = make('span', { className: 'bar' })
    bar.style.width = `${(value / largest) * 100}%`
    element.append(bar)
    return element
  }
  byId('size-table').replaceChildren(
    make('thead', {}, make('tr', {}, make('th', { scope: 'col' }, 'model'), ...heads)),
    make(
      'tbody',
      {},
      ...models.map((model) =>
        make('tr', {}, make('td', {}, model.name), ...COLUMNS.map((column) => cell(model, column))),
      ),
    ),
  )
}

function resort(column: Column): void {
  showModels(column)
  byId('size-table').querySelector<HTMLElement>('[aria-sort=descending] button')?.focus()
}

function showOwn(): void {
  const [vocabulary, dimension, total] = ['own-vocabulary', 'own-dimension', 'own-total'].map((id) =>
    Number(byId<HTMLInputElement>(id).value.replace(/[\s,_]/g, '')),
  ) as [number, number, number]
  const whole = [vocabulary, dimension, total].every((value) => Number.isSafeInteger(value) && value > 0)
  const size = vocabulary * dimension
  byId('own-result').textContent =
    whole && Number.isSafeInteger(size * 4)
      ? `${count(size)} parameters: ${bytesText(size * 4)} as f32, ${bytesText(size * 2)} as bf16, ${bytesText(size + vocabulary * 4)} as int8; ${percent(size / total)} of the model`
      : 'Give three whole numbers above zero.'
}
