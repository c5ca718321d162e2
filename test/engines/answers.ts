/** The recorded digests of the program's answers. */
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { PINNED_DIGEST } from '../oracle/pinned-questions.ts'
import { projectPath } from '../shared-data.ts'

/** A digest per section. */
export type Answers = Record<string, string>

const FILE = projectPath('test/engines/answers.json')
export const ANSWERS: Answers = JSON.parse(readFileSync(FILE, 'utf8'))

/** The sections that differ from what was recorded, in words. */
export function checkAnswers(answers: Answers, recorded: Answers): string[] {
  const names = new Set([...Object.keys(recorded), ...Object.keys(answers)])
  return [...names]
    .filter((name) => answers[name] !== recorded[name])
    .map((name) => `${name}: ${short(answers[name])}, recorded is ${short(recorded[name])}`)
}

/** Records what the engines answered, if they agree. */
export function recordAnswers([first, ...others]: readonly Answers[]): void {
  if (first === undefined) throw new Error('No engine has answered.')
  if (others.some((answers) => checkAnswers(answers, first).length > 0))
    throw new Error('The engines disagree.')
  if (first.questions !== PINNED_DIGEST) throw new Error('The 2,000 questions are not answered as ever.')
  writeFileSync(FILE, `${JSON.stringify(first, null, 2)}\n`)
}

/** One hash of all sections. */
export function hashOf(answers: Answers): string {
  return createHash('sha256').update(Object.values(answers).join()).digest('hex').slice(0, 12)
}

const short = (digest: string | undefined) => digest?.slice(0, 12) ?? 'absent'
