/** Files that are made here: written whole, compared byte for byte, reported in a line. */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

export const DATA = dirname(fileURLToPath(import.meta.url))
export const ROOT = dirname(DATA)
export const CACHE = join(DATA, 'cache')

export function bytesOf(numbers) {
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength)
}

/** Writes a file, or compares it with the one that is there. */
export function put(path, bytes, check) {
  if (check) compare(path, bytes)
  else write(path, bytes)
}

function compare(path, made) {
  const name = relative(ROOT, path)
  if (!existsSync(path)) stop(`${name} is missing: the same command without --check makes it`)
  const there = readFileSync(path)
  if (there.equals(made)) return report(path, made, 'remade byte for byte')
  const first = made.findIndex((byte, at) => byte !== there[at])
  stop(
    `${name} is not what data/make.mjs makes: they differ from byte ${first < 0 ? made.length : first} on
  there: ${describe(there)}
  made:  ${describe(made)}
The same command without --check replaces it.`,
  )
}

/** Writes beside the file and renames, so that the old file stays until the new one is whole. */
function write(path, bytes) {
  const unfinished = `${path}.${process.pid}.tmp`
  mkdirSync(dirname(path), { recursive: true })
  try {
    writeFileSync(unfinished, bytes)
    renameSync(unfinished, path)
  } finally {
    rmSync(unfinished, { force: true })
  }
  report(path, bytes, 'written')
}

function report(path, bytes, outcome) {
  console.log(`${relative(ROOT, path)}: ${outcome}, ${describe(bytes)}`)
}

function describe(bytes) {
  return `${bytes.length.toLocaleString('en')} bytes, sha256 ${createHash('sha256').update(bytes).digest('hex')}`
}

export function progress(text) {
  console.error(text)
}

export function stop(message, code = 1) {
  console.error(message)
  process.exit(code)
}

export function readJson(path) {
  return JSON.parse(readFileSync(path, 'utf8'))
}
