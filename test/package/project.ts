/** An empty project with the packed tarball installed in it, as a user has it. Node only. */
import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { projectPath } from '../shared-data.ts'

export interface PackedFile {
  path: string
  size: number
}

export interface Project {
  /** The project's folder. */
  folder: string
  tarball: string
  /** What is in the tarball. */
  files: PackedFile[]
  write(name: string, text: string): string
  /** Runs Node in the project; gives what it printed. */
  node(...args: string[]): string
  remove(): void
}

/** What dist/ holds is packed: build first. */
export function installPacked(): Project {
  if (!existsSync(projectPath('dist/types'))) throw new Error('dist/ is not built: npm run build')
  const folder = mkdtempSync(join(tmpdir(), 'rowspace-project-'))
  const npm = (cwd: string, ...args: string[]) => execFileSync('npm', args, { cwd, encoding: 'utf8' })
  // a build in the middle of the tests would take dist/ away from under them: no scripts
  const packing = ['pack', '--json', '--ignore-scripts', '--loglevel=error', '--pack-destination', folder]
  const [packed] = JSON.parse(npm(projectPath('.'), ...packing))
  const tarball = join(folder, packed.filename)
  const write = (name: string, text: string) => {
    const path = join(folder, name)
    writeFileSync(path, text)
    return path
  }
  write('package.json', JSON.stringify({ name: 'empty', version: '1.0.0', private: true, type: 'module' }))
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  npm(folder, 'install', '--offline', ...quiet, tarball)
  const programs = projectPath('test/package/program')
  for (const name of readdirSync(programs)) copyFileSync(join(programs, name), join(folder, name))
  return {
    folder,
    tarball,
    files: packed.files,
    write,
    node: (...args) => execFileSync(process.execPath, args, { cwd: folder, encoding: 'utf8' }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** The end of a program: prints what an expression comes to, as JSON. */
export function print(expression: string): string {
  return `console.log(JSON.stringify(await ${expression}))`
}
