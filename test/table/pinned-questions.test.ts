/** 2,000 seeded questions and the digest of all their answers: ids, cosines and dot products, bit for bit. */
import { expect, test, vi } from 'vitest'
import { EmbeddingTable } from '../../src/table/embedding-table.ts'
import { PINNED_DIGEST, PINNED_QUESTIONS, pinnedAnswers } from '../oracle/pinned-questions.ts'

test('2,000 questions are answered with the same bits as ever', { timeout: 240_000 }, async () => {
  const answers: Blob[] = []
  const made = pinnedAnswers(async (flat, options) => {
    const table = await EmbeddingTable.from(flat, options)
    await vi.waitFor(() => expect(table.threads).toBe(options.threads), { timeout: 30_000, interval: 2 })
    return table
  })
  for await (const { ids, cosines, dots } of made) {
    answers.push(new Blob([ids.slice(), cosines.slice(), dots.slice()]))
  }
  expect(answers.length).toBe(PINNED_QUESTIONS)
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', await new Blob(answers).arrayBuffer()))
  expect(Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')).toBe(PINNED_DIGEST)
})
