/**
 * Three files write: another file of src/ that writes, renames or opens for writing by itself would forget modes,
 * temporaries, links and fsync.
 */
import fs from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { projectPath } from '../shared-data.ts'

/** What is written at once, what can be gone on with, and what both do. */
const WRITERS = ['sources/write-file.ts', 'sources/partial-file.ts', 'sources/target-file.ts']

/**
 * Names of Node's file system that change files, and openings for anything but reading. Removing is no
 * writing.
 */
const WRITES = [
  /\b(writeFile|appendFile|createWriteStream|copyFile|cp|rename|link|symlink|truncate|writev?|open)Sync\b/,
  /\b(writeFile|appendFile|createWriteStream|copyFile|symlink|ftruncate|fchmod|lutimes)\b/,
  /\b(?:files(?:\(.*?\))?|fs|promises)\s*\.(rename|link|truncate|cp|chmod|chown|utimes|write)\b/,
  /\b(?:files(?:\(.*?\))?|fs|promises)\s*\.open\((?!(?:[^()]|\([^()]*\))*,\s*'r'\))/,
  /[{,]\s*(rename|link|truncate|cp|chmod|chown|open)\s*(?=[,}:])[^{}]*\}\s*=\s*(await )?(nodeModule|files|import|process)\b/,
  /\bimport\s*\{[^}]*\b(rename|link|truncate|cp|chmod|chown|open)\b[^}]*\}\s*from 'node:fs/,
]

const writesIn = (text: string) => WRITES.filter((pattern) => pattern.test(text))

test.each([
  'await files.writeFile(path, bytes)',
  "files.open(path, 'w')",
  "files.open(join(folder, name), 'wx')",
  'const handle = await files.open(path, flags)',
  'await files.rename(from, to)',
  'await files().rename(from, to)',
  "await files('write a file').link(from, to)",
  'files()\n  .open(path, flags)',
  "const { rename } = files('x')",
  "const { rename } = nodeModule('node:fs/promises', 'x')",
  "const { stat, open } = nodeModule('node:fs/promises', 'x')",
  "import { rename } from 'node:fs/promises'",
  "fs.writeFileSync(path, '')",
  'fs.createWriteStream(path)',
])('%s is noticed', (text) => {
  expect(writesIn(text).length).toBeGreaterThan(0)
})

test.each([
  "await files.open(path, 'r')",
  "await files(purpose).open(path, 'r')",
  "files.open(join(a, b), 'r').catch(no)",
  "const { stat } = nodeModule('node:fs/promises', 'x')",
])('%s only reads', (text) => {
  expect(writesIn(text)).toEqual([])
})

test('nothing in src/ but the writer writes files', () => {
  const root = projectPath('src')
  const files = fs
    .readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
  expect(files.length).toBeGreaterThan(100)
  const found = files.flatMap((name) => {
    const text = fs.readFileSync(join(root, name), 'utf8')
    return WRITERS.includes(name.split('\\').join('/'))
      ? []
      : writesIn(text).map((pattern) => `${name}: ${pattern}`)
  })
  expect(found).toEqual([])
  for (const writer of WRITERS) {
    expect(writesIn(fs.readFileSync(join(root, writer), 'utf8')).length).toBeGreaterThan(0)
  }
})
