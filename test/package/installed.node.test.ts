/** The packed tarball in an empty project: in Node, bundled by esbuild and by Vite, and in plain pages. */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { type BuildOptions, build as esbuild } from 'esbuild'
import type { Browser } from 'playwright'
import { createServer, build as viteBuild } from 'vite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findChromium } from '../chromium.ts'
import { ANSWER, MORE, SLIM_ANSWER } from './answers.ts'
import { answerOf, launch, pageOf } from './page.ts'
import { installPacked, type Project } from './project.ts'
import { type StaticServer, serve } from './static-server.ts'

let project: Project
beforeAll(() => {
  project = installPacked()
}, 60_000)
afterAll(() => project?.remove())

/** Runs a program in the project; what it prints is JSON. */
const run = (program: string, ...flags: string[]) => {
  const path = project.write(`program-${Math.random().toString(36).slice(2)}.mjs`, program)
  return JSON.parse(project.node(...flags, path))
}

/** Bundles a program of the project's; gives the path of the bundle. */
async function bundle(program: string, name: string, options: BuildOptions = {}): Promise<string> {
  const outfile = join(project.folder, 'bundles', name)
  const { warnings } = await esbuild({
    stdin: { contents: program, resolveDir: project.folder },
    bundle: true,
    format: 'esm',
    platform: 'browser',
    outfile,
    logLevel: 'silent',
    ...options,
  })
  expect(warnings).toEqual([])
  return outfile
}

const print = (expression: string) => `console.log(JSON.stringify(await ${expression}))`

describe('in Node', () => {
  test('every door answers', () => {
    expect(run(`import { ask } from './ask.mjs'\n${print('ask()')}`)).toEqual(ANSWER)
  })

  test('the doors beside search answer', () => {
    expect(run(`import { askMore } from './ask-more.mjs'\n${print('askMore()')}`)).toEqual(MORE)
  })

  test('slim, with the file as bytes', () => {
    const program = `
      import { readFileSync } from 'node:fs'
      import { askSlim } from './ask-slim.mjs'
      const bytes = readFileSync(new URL(import.meta.resolve('rowspace/rowspace.wasm')))
      ${print('askSlim(bytes)')}`
    expect(run(program)).toEqual(SLIM_ANSWER)
  })

  test('slim without a core says what is missing', () => {
    const program = `
      import { askSlim } from './ask-slim.mjs'
      ${print("askSlim().catch(({ code, message }) => code + ': ' + message)")}`
    expect(run(program)).toMatch(/^INVALID_ARGUMENT: .*rowspace\/rowspace\.wasm/)
  })

  test('all doors share one copy of every class', () => {
    const program = `
      import * as whole from 'rowspace'
      import * as slim from 'rowspace/slim'
      import { rangeSearch } from 'rowspace/bulk'
      import { openTable } from 'rowspace/formats'
      const same = Object.keys(slim).filter((name) => slim[name] === whole[name])
      const table = await whole.EmbeddingTable.from([1, 0, 0, 1], { dimension: 2 })
      const filter = slim.IdSet.from(2, [1])
      const error = await openTable(new Uint8Array(0)).catch((error) => error)
      ${print(`[
        same.length === Object.keys(whole).length,
        error instanceof slim.RowspaceError,
        [...table.nearest([1, 1], { filter }).ids],
        [...rangeSearch(table, [1, 1], { minScore: 0, filter }).ids],
      ]`)}`
    expect(run(program)).toEqual([true, true, [1], [1]])
  })

  test('the command answers from the default table', () => {
    const command = join('node_modules', 'rowspace', 'dist', 'cli.js')
    const { matches } = JSON.parse(
      project.node(command, 'analogy', 'default', 'king - man + woman', '--json'),
    )
    expect(matches[0]).toMatchObject({ token: 'queen' })
    expect(matches[0].cosine.toFixed(4)).toBe('0.7839')
  })
})

describe('TypeScript', () => {
  test.each(['nodenext', 'bundler'])('a strict program compiles with moduleResolution %s', (resolution) => {
    const module = resolution === 'nodenext' ? 'nodenext' : 'esnext'
    const compilerOptions = {
      strict: true,
      exactOptionalPropertyTypes: true,
      noEmit: true,
      target: 'es2022',
      lib: ['es2022', 'dom', 'esnext.disposable'],
      types: [],
      module,
      moduleResolution: resolution,
    }
    const config = project.write(
      `tsconfig.${resolution}.json`,
      JSON.stringify({ compilerOptions, files: ['typed.ts'] }),
    )
    const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc')
    try {
      expect(project.node(tsc, '-p', config)).toBe('')
    } catch (error) {
      expect.fail((error as { stdout: string }).stdout)
    }
  })
})

describe('bundled by esbuild', () => {
  test('for Node, it answers there', async () => {
    const program = `import { ask } from './ask.mjs'\n${print('ask()')}`
    const path = await bundle(program, 'node.mjs', { platform: 'node' })
    expect(JSON.parse(project.node(path))).toEqual(ANSWER)
  })

  test('the doors beside search', async () => {
    const program = `import { askMore } from './ask-more.mjs'\n${print('askMore()')}`
    const path = await bundle(program, 'more.mjs', { platform: 'node' })
    expect(JSON.parse(project.node(path))).toEqual(MORE)
  })

  test('for workers that compile no bytes, the engine’s own import of the .wasm is the core', async () => {
    const program = `import { EmbeddingTable } from 'rowspace'
      const table = await EmbeddingTable.from([3, 4], { dimension: 2 })
      ${print('[...table.row(0)]')}`
    const compiled = `import { readFileSync } from 'node:fs'
      export default new WebAssembly.Module(readFileSync(${JSON.stringify(
        join(project.folder, 'node_modules/rowspace/dist/rowspace.wasm'),
      )}))`
    const imported: string[] = []
    const path = await bundle(program, 'worker.mjs', {
      conditions: ['workerd'],
      external: ['node:*'],
      plugins: [
        {
          name: 'wasm modules, as workerd has them',
          setup(build) {
            build.onLoad({ filter: /\.wasm$/ }, ({ path }) => {
              imported.push(path.slice(project.folder.length))
              return { contents: compiled, resolveDir: project.folder }
            })
          },
        },
      ],
    })
    expect(imported).toEqual(['/node_modules/rowspace/dist/rowspace.wasm'])
    // the bytes do not travel a second time
    expect(readFileSync(path, 'utf8')).not.toContain('AGFzbQ')
    expect(JSON.parse(project.node(path))).toEqual([3, 4])
  })

  test('an app in one file, threads in it, pays at most 21 KB gzip', async () => {
    const program = `import { EmbeddingTable } from 'rowspace'\nglobalThis.Table = EmbeddingTable`
    const path = await bundle(program, 'search-only.js', { minify: true })
    const bytes = gzipSync(readFileSync(path), { level: 9 }).length
    console.log(`search in one file: ${bytes} bytes gzip`)
    expect(bytes).toBeLessThanOrEqual(21 * 1024)
  })

  test('an app that only searches pays at most 19 KB gzip, threads 3 KB more where it has them, the core at most 12 KB', async () => {
    const program = `import { EmbeddingTable } from 'rowspace'\nglobalThis.Table = EmbeddingTable`
    const outdir = join(project.folder, 'bundles/search')
    const { metafile } = await esbuild({
      stdin: { contents: program, resolveDir: project.folder, sourcefile: 'search.mjs' },
      bundle: true,
      minify: true,
      splitting: true,
      format: 'esm',
      platform: 'browser',
      outdir,
      absWorkingDir: project.folder,
      metafile: true,
    })
    const gzip = (path: string) => gzipSync(readFileSync(path), { level: 9 }).length
    const outputs = Object.entries(metafile.outputs)
    const [entry] = outputs.find(([, { entryPoint }]) => entryPoint === 'search.mjs')!
    /** A file and all it imports, but for what is loaded on demand. */
    const closure = (path: string, files = new Set<string>()) => {
      if (files.has(path)) return files
      files.add(path)
      for (const { path: next, kind } of metafile.outputs[path]!.imports) {
        if (kind === 'import-statement') closure(next, files)
      }
      return files
    }
    const sum = (files: Iterable<string>) =>
      [...files].reduce((sum, file) => sum + gzip(join(project.folder, file)), 0)
    const search = sum(closure(entry))
    const [threads] = outputs.find(([, { exports }]) => exports.includes('Threads'))!
    const threaded = sum(new Set([...closure(entry), ...closure(threads)]))
    const core = gzip(join(project.folder, 'node_modules/rowspace/dist/rowspace.wasm'))
    console.log(`search only: ${search} bytes gzip, of which the core ${core}; with threads ${threaded}`)
    expect(search).toBeLessThanOrEqual(19 * 1024)
    expect(threaded).toBeLessThanOrEqual(22 * 1024)
    expect(core).toBeLessThanOrEqual(12 * 1024)
  })
})

// without Chromium, vitest.config.ts has said so
describe.skipIf(findChromium() === undefined)('in Chromium', () => {
  let browser: Browser
  let server: StaticServer

  beforeAll(async () => {
    browser = await launch()
    server = await serve(project.folder)
  }, 60_000)
  afterAll(async () => {
    await browser?.close()
    await server?.close()
  })

  const IMPORT_MAP = `<script type="importmap">${JSON.stringify({
    imports: {
      rowspace: '/node_modules/rowspace/dist/index.js',
      'rowspace/formats': '/node_modules/rowspace/dist/formats.js',
      'rowspace/default': '/node_modules/rowspace/dist/default.js',
      'rowspace/gpt2': '/node_modules/rowspace/dist/gpt2.js',
      'rowspace/slim': '/node_modules/rowspace/dist/slim/index.js',
      'rowspace/bulk': '/node_modules/rowspace/dist/bulk.js',
      'rowspace/collection': '/node_modules/rowspace/dist/collection.js',
      'rowspace/keyed-vectors': '/node_modules/rowspace/dist/keyed-vectors.js',
      'rowspace/text': '/node_modules/rowspace/dist/text.js',
      'rowspace/transforms': '/node_modules/rowspace/dist/transforms.js',
    },
  })}</script>`

  test('a plain page loads dist/ as it is', async () => {
    project.write(
      'plain.html',
      pageOf(`import { ask } from './ask.mjs'; globalThis.answer = ask()`, IMPORT_MAP),
    )
    expect(await answerOf(browser, `${server.origin}/plain.html`)).toEqual(ANSWER)
  })

  test('a plain page asks the doors beside search', async () => {
    project.write(
      'more.html',
      pageOf(`import { askMore } from './ask-more.mjs'; globalThis.answer = askMore()`, IMPORT_MAP),
    )
    expect(await answerOf(browser, `${server.origin}/more.html`)).toEqual(MORE)
  })

  test('a plain page loads dist/index.js by its address alone', async () => {
    const page = pageOf(`
      import { EmbeddingTable } from '/node_modules/rowspace/dist/index.js'
      const table = await EmbeddingTable.from([3, 4, 4, 3], { dimension: 2 })
      globalThis.answer = table.similarity(0, 1).toFixed(4)`)
    project.write('index-only.html', page)
    expect(await answerOf(browser, `${server.origin}/index-only.html`)).toBe('0.9600')
  })

  test.each([
    ['an address', `'/node_modules/rowspace/dist/rowspace.wasm'`],
    ['a URL', `new URL('/node_modules/rowspace/dist/rowspace.wasm', location.href)`],
    ['a Response', `await fetch('/node_modules/rowspace/dist/rowspace.wasm')`],
  ])('a plain page loads slim and the .wasm file by %s', async (_, core) => {
    const module = `import { askSlim } from './ask-slim.mjs'; globalThis.answer = askSlim(${core})`
    project.write('slim.html', pageOf(module, IMPORT_MAP))
    expect(await answerOf(browser, `${server.origin}/slim.html`)).toEqual(SLIM_ANSWER)
  })

  test('a page whose policy forbids WebAssembly says what to add to it', async () => {
    const policy = `<meta http-equiv="Content-Security-Policy" content="script-src 'self' 'unsafe-inline'">`
    const module = `
      import { EmbeddingTable } from '/node_modules/rowspace/dist/index.js'
      globalThis.answer = EmbeddingTable.from([3, 4], { dimension: 2 })
        .catch(({ code, message }) => code + ': ' + message)`
    project.write('policy.html', pageOf(module, policy))
    const answer = await answerOf(browser, `${server.origin}/policy.html`)
    expect(answer).toMatch(/^UNSUPPORTED: .*'wasm-unsafe-eval' to script-src/)
  })

  test('a page bundled by esbuild', async () => {
    const program = `import { ask } from './ask.mjs'\nglobalThis.answer = ask()`
    await bundle(program, 'page.js', { minify: true })
    project.write('bundled.html', pageOf(`import './bundles/page.js'`))
    expect(await answerOf(browser, `${server.origin}/bundled.html`)).toEqual(ANSWER)
  })

  describe('with Vite', () => {
    const viteProject = (name: string, module: string) => {
      const root = join(project.folder, name)
      mkdirSync(root)
      copyFileSync(join(project.folder, 'ask.mjs'), join(root, 'ask.mjs'))
      writeFileSync(join(root, 'index.html'), pageOf(`import './main.js'`))
      writeFileSync(join(root, 'main.js'), module)
      return { root, configFile: false, logLevel: 'error' } as const
    }

    test('a built page, the default table with it', async () => {
      const config = viteProject('vite-built', `import { ask } from './ask.mjs'\nglobalThis.answer = ask()`)
      await viteBuild({ ...config, base: './' })
      const page = `${server.origin}/vite-built/dist/index.html`
      expect(await answerOf(browser, page)).toEqual(ANSWER)
    }, 60_000)

    test('a built page with the doors beside search', async () => {
      const config = viteProject(
        'vite-more',
        `import { askMore } from './ask-more.mjs'\nglobalThis.answer = askMore()`,
      )
      copyFileSync(join(project.folder, 'ask-more.mjs'), join(config.root, 'ask-more.mjs'))
      await viteBuild({ ...config, base: './' })
      expect(await answerOf(browser, `${server.origin}/vite-more/dist/index.html`)).toEqual(MORE)
    }, 60_000)

    test('the dev server', async () => {
      const module = `import { ask } from './ask.mjs'\nglobalThis.answer = ask()`
      const dev = await createServer({
        ...viteProject('vite-dev', module),
        cacheDir: join(project.folder, 'vite-cache'),
        server: { host: '127.0.0.1', port: 0, fs: { allow: [project.folder] } },
      })
      try {
        await dev.listen()
        expect(await answerOf(browser, dev.resolvedUrls!.local[0]!)).toEqual(ANSWER)
      } finally {
        await dev.close()
      }
    }, 60_000)
  })
})
