/**
 * `npm run release -- 0.2.0`: checks the tree, tests, packs, tries the tarball in an empty project, then
 * commits the version and tags it. Publishes nothing. A failure leaves the tree as it was.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const [version] = process.argv.slice(2)
/** Runs a command and returns what it prints. */
const run = (command, args, cwd = '.') =>
  execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
/** Runs a command whose output is for people: the suite's is longer than what could be returned. */
const show = (command, args) => {
  console.log(`${command} ${args.join(' ')}`)
  execFileSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'] })
}
const stop = (reason) => {
  throw new Error(reason)
}
process.on('uncaughtException', ({ message }) => {
  console.error(message)
  process.exitCode = 1
})

if (!/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version ?? ''))
  stop(`A version like 0.2.0 is needed; got ${JSON.stringify(version)}.`)
if (run('git', ['status', '--porcelain']) !== '') stop('The tree has changes: commit them first.')
if (run('git', ['tag', '--list', `v${version}`]) !== '') stop(`There is a tag v${version} already.`)
if (!readFileSync('CHANGELOG.md', 'utf8').includes(`\n## [${version}]`))
  stop(`CHANGELOG.md has no section [${version}].`)

const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'))
for (const path of ['package.json', 'package-lock.json']) {
  const json = readJson(path)
  json.version = version
  if (json.packages) json.packages[''].version = version
  writeFileSync(path, `${JSON.stringify(json, null, 2)}\n`)
}

try {
  show('npm', ['run', '--silent', 'check'])
  show('npm', ['test', '--silent'])
  // packs what `npm test` has built
  const [{ filename, size }] = JSON.parse(run('npm', ['pack', '--json', '--ignore-scripts']))
  tryPacked(resolve(filename))
  run('git', ['commit', '--all', '--message', `Release ${version}`])
  run('git', ['tag', `v${version}`])
  console.log(`${filename}, ${size} bytes, tried in an empty project; tagged v${version}.`)
  console.log(`npm publish ${filename} publishes it.`)
} catch (error) {
  run('git', ['checkout', '--', 'package.json', 'package-lock.json'])
  throw error
}

/** Installs the tarball in an empty project and asks it one question by the API and one by the command. */
function tryPacked(tarball) {
  const folder = mkdtempSync(join(tmpdir(), 'rowspace-release-'))
  try {
    writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }')
    run('npm', ['install', '--no-audit', '--no-fund', tarball], folder)
    writeFileSync(
      join(folder, 'try.mjs'),
      `import { openDefaultTable } from 'rowspace/default'
const table = await openDefaultTable()
const [best] = table.analogy({ positive: ['king', 'woman'], negative: ['man'] })
console.log(best.token)`,
    )
    if (run('node', ['try.mjs'], folder).trim() !== 'queen') stop('The packed API does not answer queen.')
    if (run('npx', ['rowspace', '--version'], folder).trim() !== version)
      stop(`The packed command is not ${version}.`)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
