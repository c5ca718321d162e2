/** The engines, where they are found, and how each runs the programs. */
import { execFile, execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { CHROMIUM_ARGUMENTS, findChromium, whyNoChromium } from '../chromium.ts'
import { serveWorker } from '../package/workerd.ts'
import { projectPath } from '../shared-data.ts'
import { type CommandLine, openPage } from './browsers.ts'
import { FOLDER } from './programs.ts'

export const INSTALLED = projectPath('test/engines/installed')

/** How often a property of the core suites is tried; undefined: only the program is run. */
export type Runs = number | undefined

/** The program, and the suites with it, or neither. */
export type Quick = 'program' | 'suites' | undefined

export interface Engine {
  name: string
  /** What `--quick` runs in it. */
  quick: Quick
  /** Why it cannot be used here, and what would help; undefined where it can. */
  missing(): string | undefined
  version(): string
  /** Whether the version is this project's choice, and not the machine's. */
  pinned: boolean
  /** How often properties are tried in it. */
  runs: Runs
  /** Runs the program, and the suites. Resolves to JSON. */
  run(runs: Runs): Promise<string>
}

/** An engine may be slow, and the machine busy. */
const TIMEOUT = 1_800_000

const onLinux = process.platform === 'linux' && process.arch === 'x64'

/** From the npm registry, for Linux on x64. */
function fromNpm(
  name: string,
  folder: string,
  given: { quick: Quick; runs: Runs; missing?: () => string | undefined },
  run: (folder: string, runs: Runs) => Promise<string>,
): Engine {
  const path = join(INSTALLED, 'node_modules', folder)
  return {
    name,
    pinned: true,
    quick: given.quick,
    runs: given.runs,
    missing: () => {
      if (!onLinux) return 'installed for Linux on x64 alone'
      return existsSync(path) ? given.missing?.() : `${folder} is not installed`
    },
    version: () => JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')).version,
    run: (runs) => run(path, runs),
  }
}

const execute = promisify(execFile)

/** The last line that a program prints. */
async function printed(command: string, ...args: string[]): Promise<string> {
  const { stdout } = await execute(command, args, { cwd: FOLDER, timeout: TIMEOUT, maxBuffer: 1 << 26 })
  return stdout.trimEnd().split('\n').at(-1) ?? ''
}

const suitesOf = (file: string, runs: Runs) => (runs === undefined ? [] : [file, String(runs)])

function node(version: string, given: { quick: Quick; runs: Runs }, ...flags: string[]): Engine {
  const name = ['Node', version, ...flags.map((flag) => flag.replace('--experimental-wasm-', 'with '))].join(
    ' ',
  )
  return fromNpm(name, `node-${version}`, given, (path, runs) =>
    printed(join(path, 'bin/node'), ...flags, 'main.mjs', ...suitesOf('suites-node.mjs', runs)),
  )
}

const QEMU = '/usr/bin/qemu-aarch64'
/** The C library of arm64, as Debian's cross compilers have it. */
const ARM_LIBRARIES = '/usr/aarch64-linux-gnu'

const arm64 = fromNpm(
  'Node 26 on arm64',
  'node-arm64',
  {
    quick: undefined,
    runs: undefined,
    missing: () => {
      const isThere = existsSync(QEMU) && existsSync(join(ARM_LIBRARIES, 'lib/libstdc++.so.6'))
      return isThere ? undefined : "needs Debian's qemu-user and libstdc++6-arm64-cross"
    },
  },
  (path) => printed(QEMU, '-L', ARM_LIBRARIES, join(path, 'bin/node'), 'main.mjs'),
)

const workerd = fromNpm(
  'workerd',
  '@cloudflare/workerd-linux-64',
  { quick: 'program', runs: undefined },
  async (path) => {
    const worker = await serveWorker(
      join(FOLDER, 'worker.mjs'),
      join(FOLDER, 'workerd'),
      join(path, 'bin/workerd'),
    )
    try {
      return await (await fetch(worker.origin)).text()
    } finally {
      worker.stop()
    }
  },
)

function browser(
  name: string,
  given: { quick: Quick; runs: Runs; missing: () => string | undefined; version: () => string },
  line: CommandLine,
): Engine {
  return {
    name,
    pinned: false,
    ...given,
    run: (runs) => openPage(line, runs === undefined ? '' : `runs=${runs}`, TIMEOUT),
  }
}

/** The version that a program prints. */
function versionOf(command: string, ...args: string[]): string {
  // the last: Debian's package has one in its name
  return (
    /\d+(\.\d+)+(?!.*\d\.\d)/.exec(
      execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
    )?.[0] ?? ''
  )
}

const needs = (debian: string, ...paths: string[]) =>
  paths.every((path) => existsSync(path)) ? undefined : `needs Debian's ${debian}`

const FIREFOX = '/usr/bin/firefox-esr'
const WEBKIT = '/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser'
const XVFB = '/usr/bin/xvfb-run'

export const ENGINES: Engine[] = [
  node('20.16', { quick: 'program', runs: 10 }),
  node('20', { quick: undefined, runs: 10 }),
  node('20', { quick: undefined, runs: undefined }, '--experimental-wasm-relaxed-simd'),
  node('22', { quick: undefined, runs: 10 }),
  node('24', { quick: 'suites', runs: 60 }),
  node('26', { quick: undefined, runs: 10 }),
  arm64,
  fromNpm('Bun', '@oven/bun-linux-x64', { quick: 'program', runs: 10 }, (path, runs) =>
    printed(join(path, 'bin/bun'), 'main.mjs', ...suitesOf('suites.mjs', runs)),
  ),
  fromNpm('Deno', '@deno/linux-x64-glibc', { quick: 'program', runs: 10 }, (path, runs) =>
    printed(join(path, 'deno'), 'run', '-A', 'main.mjs', ...suitesOf('suites.mjs', runs)),
  ),
  workerd,
  browser(
    'Chromium',
    {
      quick: 'program',
      runs: 10,
      missing: () => (findChromium() === undefined ? whyNoChromium() : undefined),
      version: () => versionOf(findChromium() ?? '', '--version'),
    },
    (address, profile) => [
      findChromium() ?? '',
      ...CHROMIUM_ARGUMENTS,
      '--headless',
      `--user-data-dir=${profile}`,
      address,
    ],
  ),
  browser(
    'Firefox',
    {
      quick: 'program',
      runs: 10,
      missing: () => needs('firefox-esr', FIREFOX),
      version: () => versionOf(FIREFOX, '--version'),
    },
    (address, profile) => [FIREFOX, '--headless', '--no-remote', '--profile', profile, address],
  ),
  browser(
    'WebKitGTK',
    {
      quick: undefined,
      runs: 10,
      missing: () => needs('webkit2gtk-driver and xvfb', WEBKIT, XVFB),
      version: () => versionOf('dpkg-query', '--show', 'libwebkit2gtk-4.1-0'),
    },
    (address) => [XVFB, '-a', WEBKIT, '--private', address],
  ),
]
