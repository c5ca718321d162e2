/**
 * Processes killed at random moments of a save: the old file or the new one is there, whole; the next save is
 * never LOCKED, and leaves nothing beside the file. 20 kills, or as many as ROWSPACE_KILLS says (continuous
 * integration: 500).
 */
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { Collection } from '../../src/collection.ts'
import { randomNumbers } from '../oracle/tables.ts'
import { projectPath } from '../shared-data.ts'

const KILLS = Number(process.env.ROWSPACE_KILLS ?? 20)
const SEED = Number(process.env.ROWSPACE_SEED ?? Date.now() % 1e9)
/** Processes at once, each with a folder of its own. */
const LANES = 2
const ENTRIES = 300

const root = fs.mkdtempSync(join(os.tmpdir(), 'rowspace-kills-'))
afterAll(() => fs.rmSync(root, { recursive: true }))

/**
 * Saves one revision after the other: each entry's vector and metadata hold its number. Reports each that is
 * saved.
 */
const PROGRAM = `
  import { existsSync } from 'node:fs'
  import { Collection } from ${JSON.stringify(projectPath('dist/collection.js'))}
  const [path] = process.argv.slice(1)
  const columns = { text: 'string' }
  const exists = existsSync(path)
  const collection = exists ? await Collection.open(path) : await Collection.create({ dimension: 8, columns })
  let revision = exists ? Number(collection.metadata(0).text) : 0
  process.stdout.write('ready\\n')
  for (;;) {
    revision++
    const vector = new Float32Array(8).fill(revision)
    const metadata = { text: String(revision) }
    const entries = Array.from({ length: ${ENTRIES} }, (_, key) => ({ key, vector, metadata }))
    await collection.add(entries, { duplicates: 'overwrite' })
    await collection.save(path)
    process.stdout.write(revision + '\\n')
  }`

/**
 * Runs the program and kills it so many milliseconds after it was ready. Returns the last revision that it
 * reported.
 */
async function killAfter(path: string, milliseconds: number): Promise<number | undefined> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', PROGRAM, path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise((resolve) => child.once('close', resolve))
  let output = ''
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (data) => {
      output += data
      resolve()
    })
    child.once('exit', () => reject(new Error('the program ended by itself')))
  })
  await new Promise((resolve) => setTimeout(resolve, milliseconds))
  child.kill('SIGKILL')
  await ended
  const reported = output.split('\n').slice(0, -1).at(-1)
  return reported === undefined || reported === 'ready' ? undefined : Number(reported)
}

/**
 * Looks at what was left, and saves over it. Returns the revision that was found, 0 where there was no file
 * yet.
 */
async function checkAndSave(path: string, before: number, reported: number | undefined): Promise<number> {
  const minScore = reported ?? before
  if (!fs.existsSync(path)) {
    expect(minScore).toBe(0)
    return 0
  }
  using collection = await Collection.open(path, { columns: { text: 'string' } })
  const revision = Number(collection.metadata(0).text)
  expect(revision === minScore || revision === minScore + 1, `${revision} after ${minScore}`).toBe(true)
  for (const key of collection.keys()) {
    expect(collection.metadata(key)).toEqual({ text: String(revision) })
    expect([...collection.vector(key)]).toEqual(new Array(8).fill(revision))
  }
  expect(collection.size).toBe(ENTRIES)
  await collection.save(path)
  expect(fs.readdirSync(join(path, '..'))).toEqual(['notes.safetensors'])
  return revision
}

test(`${KILLS} kills in saves, seed ${SEED}`, { timeout: 60_000 + KILLS * 3000 }, async () => {
  const left = { locks: 0, temporaries: 0, changed: 0 }
  const lane = async (number: number) => {
    const folder = fs.mkdtempSync(join(root, 'lane-'))
    const path = join(folder, 'notes.safetensors')
    const random = randomNumbers(SEED + number)
    let revision = 0
    for (let kill = number; kill < KILLS; kill += LANES) {
      const reported = await killAfter(path, 50 * random())
      const names = fs.readdirSync(folder)
      if (names.some((name) => name.endsWith('.lock'))) left.locks++
      if (names.some((name) => name.startsWith('.rowspace-'))) left.temporaries++
      const found = await checkAndSave(path, revision, reported)
      if (found > revision) left.changed++
      revision = found
    }
  }
  await Promise.all(Array.from({ length: LANES }, (_, number) => lane(number)))
  console.log(`${KILLS} kills, seed ${SEED}: ${JSON.stringify(left)}`)
  // moments that matter were hit
  if (KILLS >= 100) for (const count of Object.values(left)) expect(count).toBeGreaterThan(KILLS / 20)
})
