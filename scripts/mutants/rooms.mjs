/**
 * The rooms that mutants are made in, and the tests that should notice them. A folder of src/ is a room, and
 * so are cli/, bindings/ and assembly/ at the top; the files that lie in src/ itself are the room `src`. What
 * is not said here follows from the names: room `hub` is src/hub/, and test/hub/ runs first. Only exceptions
 * are written down.
 */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/** Tests of rooms whose name test/ does not have, or that others test too. Folders, or paths of files. */
const FIRST = {
  src: ['test/*.test.ts', 'test/table', 'test/oracle'],
  table: ['test/table', 'test/oracle'],
  bindings: ['test/bindings', 'test/table', 'test/oracle'],
  // the quick half of what the core is tested by: every mutant costs a whole run
  assembly: [
    'test/bindings/codes.test.ts',
    'test/bindings/relaxed.test.ts',
    'test/bindings/refine.test.ts',
    'test/bindings/pinned-work.test.ts',
    'test/bindings/heaps.test.ts',
    'test/oracle',
    ...[
      'pinned',
      'nearest',
      'codes',
      'codes-parity',
      'relaxed-parity',
      'batch',
      'scores',
      'element-types',
      'measure',
      'lookup',
    ].map((name) => `test/table/${name}.test.ts`),
    'test/text/pool.test.ts',
  ],
  core: ['test/core', 'test/strict-options', 'test/table/element-types.test.ts'],
  sources: ['test/sources', 'test/formats/gzip.test.ts', 'test/formats/faults.test.ts'],
  open: [
    'test/open',
    'test/formats/checked.test.ts',
    'test/formats/gzip.test.ts',
    'test/formats/left-open.test.ts',
    'test/formats/loading.test.ts',
    'test/formats/other-kinds.test.ts',
  ],
}

/** Run on survivors alone, besides those: tests of rooms that stand on this one. */
const WIDER = {
  src: ['test/bulk', 'test/collection', 'test/keyed-vectors', 'test/text', 'test/transforms'],
  table: [
    'test/*.test.ts',
    'test/bulk',
    'test/collection',
    'test/keyed-vectors',
    'test/text',
    'test/transforms',
  ],
  core: ['test/*.test.ts', 'test/table', 'test/collection', 'test/formats', 'test/hub'],
  bindings: ['test/text', 'test/collection'],
  assembly: ['test/table', 'test/bindings', 'test/transforms', 'test/keyed-vectors'],
  sources: ['test/formats', 'test/hub', 'test/collection'],
  formats: ['test/sources', 'test/hub', 'test/text', 'test/keyed-vectors', 'test/*.test.ts'],
  open: ['test/formats', 'test/hub', 'test/sources', 'test/text'],
  hub: ['test/formats', 'test/text', 'test/*.test.ts'],
  collection: ['test/bulk', 'test/transforms'],
  bulk: ['test/collection', 'test/keyed-vectors'],
  text: ['test/formats', 'test/hub'],
  transforms: ['test/collection', 'test/keyed-vectors'],
}

/** Rooms that are built before they run: each mutant is built, and every test runs on it. */
const BUILT = ['assembly', 'cli']

/**
 * Tests that never run: they need a browser, a server's program or large downloads, they time things, or they
 * find what they find by luck. Patterns of files.
 */
export const NEVER = [
  'test/browser',
  'test/demo',
  'test/package',
  'test/large',
  'test/bench',
  'test/clickhouse/server',
  'test/formats/growth.test.ts',
  'test/formats/growth-binary.node.test.ts',
  'test/formats/fuzz.test.ts',
].map((path) => (path.endsWith('.ts') ? path : `${path}/**`))

/**
 * Tests that a room does without: they read large tables, and with a counter at every mutant of a parser take
 * minutes.
 */
const TOO_SLOW = {
  formats: ['faults.test.ts', 'gensim.node.test.ts', 'loading.test.ts', 'round-trip.test.ts'].map(
    (name) => `test/formats/${name}`,
  ),
}

/** All rooms of a project, by name. */
export function findRooms(root) {
  const rooms = new Map()
  const add = (name, files) => {
    if (files.length > 0) rooms.set(name, room(root, name, files))
  }
  for (const name of entries(join(root, 'src')).folders) add(name, filesBelow(root, `src/${name}`))
  add('src', sourcesIn(root, 'src'))
  for (const name of ['cli', 'bindings', 'assembly']) add(name, filesBelow(root, name))
  return rooms
}

function room(root, name, files) {
  const first = (FIRST[name] ?? [`test/${name}`]).filter((path) => isThere(root, path)).map(testsOf)
  const wider = (WIDER[name] ?? []).filter((path) => isThere(root, path)).map(testsOf)
  return {
    name,
    files,
    first,
    wider: wider.filter((tests) => !first.includes(tests)),
    never: [...NEVER, ...(TOO_SLOW[name] ?? [])],
    built: BUILT.includes(name),
  }
}

function isThere(root, path) {
  return /[*!]/.test(path) || existsSync(join(root, path))
}

function testsOf(path) {
  return path.endsWith('.ts') ? path : `${path}/**/*.test.ts`
}

function entries(path) {
  if (!existsSync(path)) return { folders: [], files: [] }
  const all = readdirSync(path, { withFileTypes: true })
  const names = (chosen) => chosen.map(({ name }) => name).sort()
  return {
    folders: names(all.filter((entry) => entry.isDirectory())),
    files: names(all.filter((entry) => entry.isFile())),
  }
}

function sourcesIn(root, folder) {
  return entries(join(root, folder))
    .files.filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))
    .map((name) => `${folder}/${name}`)
}

function filesBelow(root, folder) {
  const below = entries(join(root, folder)).folders.flatMap((name) => filesBelow(root, `${folder}/${name}`))
  return [...sourcesIn(root, folder), ...below]
}
