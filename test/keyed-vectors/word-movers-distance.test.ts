/** Word Mover's Distance: what the solver is given, and what is known without it. */
import { expect, test } from 'vitest'
import { compass } from './compass.ts'

test('wmdistance gives the solver integers, and divides the cost by them', async () => {
  const vectors = await compass()
  const problems: string[] = []
  const solved = (Status: string) => ({
    solve: (problem: string) => {
      problems.push(problem)
      return { Status, ObjectiveValue: 12 }
    },
  })
  const texts = [
    ['east', 'east', 'north'],
    ['west', 'between'],
  ] as const
  expect(await vectors.wmdistance(...texts, { solver: solved('Optimal') })).toBe(12 / (3 * 2))
  // two of three words east, of two west and between: 4 and 2 go to 3 and 3
  expect([...problems[0]!.matchAll(/ = (\d+)/g)].map(([, amount]) => amount)).toEqual(['4', '2', '3', '3'])
  await expect(vectors.wmdistance(...texts, { solver: solved('Infeasible') })).rejects.toThrow(
    'was not solved: Infeasible',
  )
})
test('wmdistance needs no solver for what it knows: no words, or one word that both have', async () => {
  const vectors = await compass()
  expect(await vectors.wmdistance(['up'], ['east'])).toBe(Number.POSITIVE_INFINITY)
  expect(await vectors.wmdistance(['east'], ['up', 'down'])).toBe(Number.POSITIVE_INFINITY)
  expect(await vectors.wmdistance(['east', 'east'], ['up', 'east'])).toBe(0)
})
test.each([
  [['east'], ['north']],
  [['east'], ['east', 'north']],
  [
    ['east', 'north'],
    ['east', 'east'],
  ],
  [
    ['east', 'north'],
    ['east', 'west'],
  ],
])('wmdistance calls the solver for %j and %j', async (text, other) => {
  const vectors = await compass()
  const solver = { solve: () => ({ Status: 'Optimal', ObjectiveValue: text.length * other.length }) }
  expect(await vectors.wmdistance(text, other, { solver })).toBe(1)
})
test('wmdistance goes by rows of length 1 unless norm is false', async () => {
  const vectors = await compass()
  const costs = async (options: object) => {
    let given = ''
    const solve = (problem: string) => {
      given = problem
      return { Status: 'Optimal', ObjectiveValue: 0 }
    }
    await vectors.wmdistance(['east'], ['north'], { solver: { solve }, ...options })
    return Number(/obj: (\S+) x_0_0/.exec(given)?.[1])
  }
  expect(await costs({})).toBeCloseTo(Math.SQRT2, 6)
  expect(await costs({ norm: true })).toBeCloseTo(Math.SQRT2, 6)
  expect(await costs({ norm: false })).toBeCloseTo(Math.sqrt(5), 6)
})
