/** What a link to the page carries: the same sentence, expression and table again. */

export type Metric = 'cosine' | 'dot'

export interface State {
  sentence: string
  /** Which token of the sentence is looked at. */
  place: number
  metric: Metric
  expression: string
  sumMetric: Metric
  normalize: boolean
  inputs: boolean
  /** 0: the source page's own baselines; else the seed they are drawn with. */
  seed: number
  /** An address or `hf:` name; empty for the default table. */
  table: string
  /** The address of another hub than huggingface.co; empty for that one. */
  hub: string
}

export type Change = (changes: Partial<State>) => void

export const INITIAL: Readonly<State> = {
  sentence: 'the king met the queen',
  place: 1,
  metric: 'cosine',
  expression: 'king − man + woman',
  sumMetric: 'cosine',
  normalize: false,
  inputs: false,
  seed: 0,
  table: '',
  hub: '',
}

const natural = (text: string | null, otherwise: number): number =>
  text !== null && /^\d{1,9}$/.test(text) ? Number(text) : otherwise
const metric = (text: string | null): Metric => (text === 'dot' ? 'dot' : 'cosine')

export function readState(search: string): State {
  const link = new URLSearchParams(search)
  return {
    sentence: link.get('sentence') ?? INITIAL.sentence,
    place: natural(link.get('place'), link.has('sentence') ? 0 : INITIAL.place),
    metric: metric(link.get('metric')),
    expression: link.get('expression') ?? INITIAL.expression,
    sumMetric: metric(link.get('sumMetric')),
    normalize: link.get('normalize') === 'true',
    inputs: link.get('inputs') === 'true',
    seed: natural(link.get('seed'), 0),
    table: link.get('table') ?? '',
    hub: link.get('hub') ?? '',
  }
}

/** The link's query: what differs from the first view, and no more. */
export function writeState(state: State): string {
  const link = new URLSearchParams()
  for (const [name, value] of Object.entries(state)) {
    const implied = name === 'place' && state.sentence !== INITIAL.sentence ? 0 : INITIAL[name as keyof State]
    if (value !== implied) link.set(name, String(value))
  }
  const text = link.toString()
  return text === '' ? '' : `?${text}`
}
