/**
 * From a place in the packed code a debugger finds the line of the source, and an editor the source of a
 * declaration.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { SourceMap } from 'node:module'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { projectPath } from '../shared-data.ts'

const filesIn = (folder: string, ending: string) =>
  readdirSync(projectPath(folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .map((name) => projectPath(`${folder}/${name}`))
const inPackage = (path: string) =>
  /^(src|bindings)\//.test(path.slice(projectPath('.').length).replace(/^\/+/, ''))

test('every map has the text of its sources, or the package holds them', () => {
  const maps = filesIn('dist', '.js.map')
  expect(maps.length).toBeGreaterThan(20)
  for (const path of maps) {
    const { sources, sourcesContent } = JSON.parse(readFileSync(path, 'utf8'))
    sources.forEach((source: string, index: number) => {
      const file = join(dirname(path), source)
      if (sourcesContent[index] === null)
        expect(inPackage(file) && existsSync(file), `${path}: ${source}`).toBe(true)
      else expect(typeof sourcesContent[index], `${path}: ${source}`).toBe('string')
    })
  }
})

test.each(['dist', 'dist/workerd'])(
  '%s: the place of a call in the code is its place in the source',
  (folder) => {
    let found = 0
    for (const path of filesIn(folder, '.js.map')) {
      const [code = ''] = readFileSync(path.replace(/\.map$/, ''), 'utf8').split('\n//# sourceMappingURL')
      const map = new SourceMap(JSON.parse(readFileSync(path, 'utf8')))
      code.split('\n').forEach((line, row) => {
        for (const { 1: name = '', index } of line.matchAll(/\.([a-z]+[A-Z]\w{6,})\(/g)) {
          const entry = map.findEntry(row, index + 1)
          // calls in the text of the worker have no place of their own
          if (!('originalSource' in entry)) continue
          const { originalSource, originalLine } = entry
          const source = join(dirname(path), originalSource)
          if (!inPackage(source)) continue
          const original = readFileSync(source, 'utf8').split('\n')[originalLine]
          expect(original, `${path}:${row}:${index}`).toContain(name)
          found++
        }
      })
    }
    expect(found).toBeGreaterThan(100)
  },
)

test('declarations lead to their sources', () => {
  const maps = filesIn('dist/types', '.d.ts.map')
  expect(maps.length).toBeGreaterThan(20)
  for (const path of maps) {
    const { sources } = JSON.parse(readFileSync(path, 'utf8'))
    for (const source of sources)
      expect(existsSync(join(dirname(path), source)), `${path}: ${source}`).toBe(true)
  }
})
