/** package.json and what is published: files that exist, types first, the names of each door. */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { projectPath } from '../shared-data.ts'
import { installPacked, type Project } from './project.ts'

const manifest = JSON.parse(readFileSync(projectPath('package.json'), 'utf8'))

describe('package.json', () => {
  const doors = Object.entries<string | Record<string, string>>(manifest.exports)

  test.each(doors)('%s: its files exist, types come first, default last', (_, door) => {
    const targets = typeof door === 'string' ? [door] : Object.values(door)
    for (const target of targets) {
      expect(existsSync(projectPath(target)), `${target} exists after the build`).toBe(true)
    }
    if (typeof door === 'string') return
    const conditions = Object.keys(door)
    expect(conditions[0]).toBe('types')
    expect(conditions.at(-1)).toBe('default')
  })

  test('is a module without side effects but for the doors that provide the core, and without dependencies', () => {
    expect(manifest).toMatchObject({ type: 'module', license: 'MIT' })
    const targets = doors.flatMap(([, door]) => (typeof door === 'string' ? [] : Object.values(door)))
    const providing = targets.filter((target) => {
      return /\.js$/.test(target) && /\bprovideCore\(/.test(readFileSync(projectPath(target), 'utf8'))
    })
    expect(providing.length).toBeGreaterThan(0)
    expect([...manifest.sideEffects].sort()).toEqual(providing.sort())
    expect(manifest.dependencies).toBeUndefined()
    expect(manifest.main).toBeUndefined()
  })

  test('no command counts on hooks, which ignore-scripts skips: each builds what it needs by itself', () => {
    const names = Object.keys(manifest.scripts)
    const hooks = names.filter(
      (name) => names.includes(name.replace(/^(pre|post)/, '')) && /^(pre|post)/.test(name),
    )
    expect(hooks).toEqual([])
    for (const name of ['test', 'start', 'bench', 'demo']) {
      expect(manifest.scripts[name]).toMatch(/^npm run --silent build && /)
    }
  })

  test('what is packed is built first, and no dependency but esbuild runs anything when it is installed', () => {
    expect(manifest.scripts.prepack).toBe('npm run build')
    expect(readFileSync(projectPath('.npmrc'), 'utf8')).toMatch(/^ignore-scripts=false$/m)
    const { packages } = JSON.parse(readFileSync(projectPath('package-lock.json'), 'utf8'))
    const scripted = Object.keys(packages).filter((path) => packages[path].hasInstallScript)
    expect(scripted).toEqual(['node_modules/esbuild'])
  })

  test('its command exists and can be run', () => {
    expect(readFileSync(projectPath(manifest.bin.rowspace), 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/)
  })
})

describe('the tarball', () => {
  let project: Project
  beforeAll(() => {
    project = installPacked()
  }, 60_000)
  afterAll(() => project?.remove())

  test('holds dist/, README, LICENSE and package.json, and the sources that the maps point to', () => {
    const outside = project.files
      .map(({ path }) => path)
      .filter((path) => !/^(dist|src|bindings)\//.test(path))
    expect(outside.sort()).toEqual(['LICENSE', 'README.md', 'package.json'])
    const sources = project.files.filter(({ path }) => /\.ts$/.test(path) && !/\.d\.ts$/.test(path))
    expect(sources.filter(({ path }) => path.startsWith('dist/'))).toEqual([])
  })

  test('is clean for publint', async () => {
    const file = readFileSync(project.tarball)
    const tarball = file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength) as ArrayBuffer
    const { messages, pkg } = await publint({ pack: { tarball }, strict: true })
    expect(messages.map((message) => formatMessage(message, pkg))).toEqual([])
  })

  test('is clean for arethetypeswrong', () => {
    const require = createRequire(import.meta.url)
    const folder = dirname(require.resolve('@arethetypeswrong/cli/package.json'))
    const files = ['./rowspace.wasm', './thread-worker.js', './package.json']
    const args = [
      '--profile',
      'esm-only',
      '--no-definitely-typed',
      '--no-color',
      '--exclude-entrypoints',
      ...files,
    ]
    try {
      execFileSync(process.execPath, [join(folder, 'dist/index.js'), project.tarball, ...args], {
        encoding: 'utf8',
      })
    } catch (error) {
      expect.fail((error as { stdout: string }).stdout)
    }
  })

  // A name that comes is a promise; one that goes breaks someone's program.
  const SEARCH = [
    'EmbeddingTable',
    'IdSet',
    'Matches',
    'RowspaceError',
    'WordList',
    'isRowspaceError',
    'loadCore',
    'openTable',
    'parseExpression',
  ]
  const FORMATS = [
    'FastTextModel',
    'describeTableFile',
    'encodeSafetensors',
    'openFastText',
    'openSource',
    'openTable',
    'openTableFile',
    'readTied',
    'tokensTensor',
    'writableRows',
    'writeFileAtomically',
    'writeSafetensors',
    'writeWord2vecBinary',
    'writeWord2vecText',
  ]
  test.each([
    ['rowspace', SEARCH],
    ['rowspace/slim', SEARCH],
    ['rowspace/default', ['openDefaultTable']],
    ['rowspace/gpt2', ['gpt2Vocabulary']],
    ['rowspace/formats', FORMATS],
    [
      'rowspace/bulk',
      [
        'NeighbourGraph',
        'RowPairs',
        'maximalMarginalRelevance',
        'neighbourGraph',
        'pairsAbove',
        'rangeSearch',
        'rangeSearchBatch',
      ],
    ],
    ['rowspace/clickhouse', ['openClickHouse', 'uploadTable']],
    ['rowspace/keyed-vectors', ['KeyedVectors', 'parseAnalogies', 'parsePairs', 'pearson', 'spearman']],
    ['rowspace/text', ['StaticModel', 'embed', 'openStaticModel', 'pool', 'sifWeights', 'tokenizerOf']],
    ['rowspace/transforms', ['Transform', 'allButTheTop', 'meanRemoval', 'principalComponents', 'whitening']],
    [
      'rowspace/stored',
      ['StoredCollection', 'StoredTable', 'viewCollection', 'viewTable', 'writeIndex', 'writeIndexFile'],
    ],
    ['rowspace/hub', ['clearCache', 'hubSource', 'listCache', 'parseHubName']],
  ])('%s exports these names', (door, names) => {
    const program = `console.log(JSON.stringify(Object.keys(await import(${JSON.stringify(door)})).sort()))`
    expect(JSON.parse(project.node('--input-type=module', '--eval', program))).toEqual(names)
  })
})
