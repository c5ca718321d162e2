/** king − man + woman: the nearest rows of a sum of rows, what they compare with, and why. */
import type { ArithmeticAnswer } from '../answers/arithmetic.ts'
import { byId, make } from '../dom.ts'
import { newestOnly } from '../newest.ts'
import type { Page, Show } from '../page.ts'
import type { State } from '../state.ts'
import { decimal, messageOf, visible } from '../text.ts'
import { showExplanation } from './explanation.ts'
import { largestDotOf, matchTable } from './match-table.ts'
import { searchText } from './neighbours.ts'

const EXAMPLES = [
  'king − man + woman',
  'paris − france + italy',
  'walked − walk + swim',
  'berlin − germany + japan',
  'king + 0.5 * woman − 0.5 * man',
]

/** Milliseconds that typing must pause before a mistake is pointed out. */
const PAUSE = 600

/** The match that is explained, until the next query. */
interface Chosen {
  of: State
  id: number
}

export function setUpArithmetic({ tables, change, state }: Page): Show {
  let chosen: Chosen | undefined
  const explain = newestOnly(
    ({ of, id }: Chosen) => tables.explain(of, id),
    showExplanation,
    (error) => byId('explanation').replaceChildren(messageOf(error)),
  )
  let pointingOut: ReturnType<typeof setTimeout> | undefined
  let answered = ''
  const show = (answer: ArithmeticAnswer, query: State) => {
    clearTimeout(pointingOut)
    answered = query.expression
    wrong('')
    byId('reading').textContent = answer.reading === undefined ? '' : `Read as ${answer.reading}`
    if (chosen?.of !== query) chosen = undefined
    const first = answer.matches[0] ?? answer.baselines[0]
    const id = chosen?.id ?? first?.id
    showSum(answer, id, (match) => {
      chosen = { of: query, id: match }
      const focused = document.activeElement?.textContent
      show(answer, query)
      const words = document.querySelectorAll<HTMLElement>('#arithmetic .word')
      for (const word of words) if (word.textContent === focused) word.focus({ preventScroll: true })
    })
    if (id !== undefined) void explain({ of: query, id })
  }
  const failed = (error: unknown) => {
    clearTimeout(pointingOut)
    const stands = answered === '' ? '' : ` Below is still the answer to ${answered}.`
    pointingOut = setTimeout(() => wrong(`${messageOf(error)}${stands}`), PAUSE)
  }
  const ask = newestOnly((state: State) => tables.arithmetic(state), show, failed)
  byId('examples').replaceChildren(
    ...EXAMPLES.map((expression) =>
      make(
        'button',
        { type: 'button', className: 'example', onclick: () => change({ expression }) },
        expression,
      ),
    ),
  )
  byId('expression').oninput = ({ target }) => change({ expression: (target as HTMLInputElement).value })
  for (const name of ['normalize', 'inputs'] as const) {
    byId(name).onchange = ({ target }) => change({ [name]: (target as HTMLInputElement).checked })
  }
  byId('reroll').onclick = () => change({ seed: state().seed + 1 })
  return (state) => {
    if (state.expression.trim() === '') failed('Type words with + and − between them.')
    else void ask(state)
  }
}

function wrong(message: string): void {
  byId('expression-error').textContent = message
  byId('expression').setAttribute('aria-invalid', String(message !== ''))
  byId('sum-answer').classList.toggle('stale', message !== '')
}

function showSum(answer: ArithmeticAnswer, chosen: number | undefined, choose: (id: number) => void): void {
  const { matches, baselines } = answer
  const options = { chosen, largestDot: largestDotOf([...matches, ...baselines]) }
  const chooseMatch = ({ id }: { id: number }) => choose(id)
  byId('sum-list').replaceChildren(
    matchTable(matches, { caption: 'Nearest to the sum', choose: chooseMatch, ...options }),
  )
  byId('baselines').replaceChildren(
    matchTable(baselines, { caption: 'Unrelated words', choose: chooseMatch, ...options }),
  )
  byId('sum-time').textContent = searchText(answer)
  showDisagreement(answer)
}

/** dot = cosine · ‖q‖ · ‖x‖: a longer row may overtake. */
function showDisagreement({ byCosine, byDot }: ArithmeticAnswer): void {
  const note = byId('disagreement')
  if (byCosine === undefined || byDot === undefined) {
    note.replaceChildren()
    return
  }
  const [a, b] = [visible(byCosine.name), visible(byDot.name)]
  note.classList.toggle('marked', byCosine.id !== byDot.id)
  note.textContent =
    byCosine.id === byDot.id
      ? `Both measures put “${a}” first. They need not agree: a longer row gains by dot.`
      : `The measures disagree: “${a}” by cosine, “${b}” by dot. “${b}” points less the same way ` +
        `(${decimal(byDot.cosine, 4)} against ${decimal(byCosine.cosine, 4)}), but its row is longer: ` +
        `‖x‖ = ${byDot.norm.toFixed(2)} against ${byCosine.norm.toFixed(2)}.`
}
