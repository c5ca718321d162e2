/** A collection whose texts are longer, all together, than a string of the engine can be. `npm run test:large`: it takes 3 GB. */
import fs from 'node:fs'
import os from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Collection } from '../../src/collection.ts'

const LARGE = process.env.ROWSPACE_LARGE === '1'
const TEXT = 64 * 2 ** 20

test.runIf(LARGE)('texts of 576 MB in all are saved and opened', { timeout: 600_000 }, async () => {
  const folder = fs.mkdtempSync(join(os.tmpdir(), 'rowspace-texts-'))
  try {
    const path = join(folder, 'notes.safetensors')
    const columns = { text: 'string' } as const
    const textOf = (place: number) => `${place}${'"\\a é'.repeat(TEXT / 8)}`.slice(0, TEXT)
    using collection = await Collection.create({ dimension: 1, columns })
    for (let place = 0; place < 9; place++) {
      await collection.add({ vector: [place + 1], metadata: { text: textOf(place) } })
    }
    await collection.save(path)
    expect(fs.statSync(path).size).toBeGreaterThan(9 * TEXT)
    using opened = await Collection.open(path, { columns })
    for (let place = 0; place < 9; place++) {
      expect(opened.metadata(place).text === textOf(place)).toBe(true)
    }
  } finally {
    fs.rmSync(folder, { recursive: true })
  }
})
