/**
 * Processes killed at random moments of indexing: no index is there that is not whole, and what they left is
 * gone on with, to the same bytes. 10 kills, or as many as ROWSPACE_KILLS says, at most 50.
 */
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { writeIndexFile } from '../../src/stored/write-index-file.ts'
import { folder } from '../cli/command.ts'
import { makeTable, randomNumbers } from '../oracle/tables.ts'
import { projectPath } from '../shared-data.ts'
import { fileOf, indexOf } from './both.ts'

const KILLS = Math.min(50, Number(process.env.ROWSPACE_KILLS ?? 10))
const SEED = Number(process.env.ROWSPACE_SEED ?? Date.now() % 1e9)
const BLOCKS = 8
const MADE = makeTable(BLOCKS * 4096 - 100, 256, 'grid', 6)

/** Indexes a table, and reports each block. */
const PROGRAM = `
  import { writeIndexFile } from ${JSON.stringify(projectPath('dist/stored.js'))}
  const [rows, path] = process.argv.slice(1)
  const onProgress = ({ done }) => process.stdout.write(done + '\\n')
  await writeIndexFile(rows, path, { onProgress })`

/** Runs the program, and kills it so many milliseconds after it reported so many blocks. */
async function killAfter(blocks: number, milliseconds: number, rows: string, path: string): Promise<void> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', PROGRAM, rows, path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise((resolve) => child.once('close', resolve))
  let output = ''
  await new Promise<void>((resolve) => {
    child.stdout.on('data', (data) => {
      output += data
      if (output.split('\n').length > blocks) resolve()
    })
    child.once('close', () => resolve())
  })
  await new Promise((resolve) => setTimeout(resolve, milliseconds))
  child.kill('SIGKILL')
  await ended
}

test(
  `${KILLS} kills while a table is indexed, seed ${SEED}`,
  async () => {
    const place = folder()
    const rows = join(place, 'rows.safetensors')
    const path = join(place, 'rows.index')
    fs.writeFileSync(rows, fileOf(MADE))
    const expected = await indexOf(rows)
    const random = randomNumbers(SEED)
    const seen = { whole: 0, gone: 0, kept: 0 }
    for (let kill = 0; kill < KILLS; kill++) {
      await killAfter(1 + Math.floor(random() * BLOCKS), 10 * random(), rows, path)
      if (fs.existsSync(path)) {
        // killed behind its end
        seen.whole++
        expect(Buffer.compare(fs.readFileSync(path), expected)).toBe(0)
        fs.rmSync(path)
        continue
      }
      // some are killed again before they are gone on with
      if (random() < 0.5) continue
      const { rowsKept } = await writeIndexFile(rows, path)
      seen.gone++
      if (rowsKept > 0) seen.kept++
      expect(Buffer.compare(fs.readFileSync(path), expected)).toBe(0)
      expect(fs.readdirSync(place).sort()).toEqual(['rows.index', 'rows.safetensors'])
      fs.rmSync(path)
    }
    console.log(`${KILLS} kills, seed ${SEED}: ${JSON.stringify(seen)}`)
    // moments that matter were hit
    if (KILLS >= 20) expect(seen.kept).toBeGreaterThan(0)
  },
  60_000 + KILLS * 3000,
)
