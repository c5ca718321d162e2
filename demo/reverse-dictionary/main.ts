/** The page: loads the words and the definitions, and answers as one types. */
import { openDefaultTable } from 'rowspace/default'
import { type Answer, type Dictionary, type Gloss, makeDictionary } from './dictionary.ts'

const PARTS: Readonly<Record<string, string>> = { n: 'noun', v: 'verb', a: 'adjective', r: 'adverb' }
const EXAMPLES = [
  'an instrument for measuring temperature',
  'the brother of your mother',
  'the fear of spiders',
  'a young dog',
  'a building where books are kept',
  'a tax on income',
]
const SHOWN = 10

const part = <Kind extends HTMLElement>(id: string): Kind => document.getElementById(id) as Kind
const input = part<HTMLInputElement>('description')
const status = part('status')
const progress = part<HTMLProgressElement>('progress')
const count = (value: number) => value.toLocaleString('en-US')

async function start(): Promise<void> {
  const begun = performance.now()
  const [table, glosses] = await Promise.all([openDefaultTable({ threads: 1 }), fetchGlosses()])
  const dictionary = await makeDictionary(table, glosses, (done) => {
    progress.value = done / glosses.length
    status.textContent = `Reading definitions: ${count(done)} of ${count(glosses.length)}`
  })
  const seconds = ((performance.now() - begun) / 1000).toFixed(1)
  status.textContent =
    `${count(dictionary.size)} definitions made vectors in this page in ${seconds} s. Nothing you type ` +
    'leaves it.'
  progress.hidden = true
  input.addEventListener('input', () => show(dictionary))
  addExamples(dictionary)
  show(dictionary)
}

async function fetchGlosses(): Promise<readonly Gloss[]> {
  const response = await fetch(new URL('./glosses.json', document.baseURI))
  if (!response.ok)
    throw new Error(`the definitions could not be had: ${response.url} answered ${response.status}`)
  return response.json()
}

function addExamples(dictionary: Dictionary): void {
  const buttons = EXAMPLES.map((example) => {
    const button = document.createElement('button')
    button.type = 'button'
    button.textContent = example
    button.addEventListener('click', () => {
      input.value = example
      show(dictionary)
    })
    return button
  })
  part('examples').replaceChildren(...buttons)
}

function show(dictionary: Dictionary): void {
  const description = input.value.trim()
  const answer = dictionary.ask(description, SHOWN)
  part('found').replaceChildren(...answer.found.map(item))
  part('facts').textContent = description === '' ? '' : factsOf(answer, dictionary)
}

function item({ words, part, definition, cosine }: Answer['found'][number]): HTMLLIElement {
  const line = document.createElement('li')
  const cell = (name: string, className: string, text: string) => {
    const element = document.createElement(name)
    element.className = className
    element.textContent = text
    return element
  }
  line.append(
    cell('strong', 'words', words.replaceAll('|', ', ')),
    cell('span', 'part', PARTS[part] ?? part),
    cell('span', 'cosine', cosine.toFixed(3)),
    cell('p', 'definition', definition),
  )
  return line
}

function factsOf({ found, milliseconds, unknown }: Answer, { size }: Dictionary): string {
  const left = unknown.length > 0 ? ` Not among the 20,000 words, and left out: ${unknown.join(', ')}.` : ''
  if (found.length === 0) return `None of these words is known.${left}`
  return `All ${count(size)} definitions compared, exactly, in ${milliseconds.toFixed(1)} ms.${left}`
}

start().catch((error: Error) => {
  progress.hidden = true
  status.classList.add('error')
  status.textContent = `The dictionary could not be loaded: ${error.message}`
})
