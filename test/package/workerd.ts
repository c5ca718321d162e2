/**
 * Bundles a Worker as wrangler does and serves it with workerd, the engine of Cloudflare Workers. Node only.
 */
import { spawn } from 'node:child_process'
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { programPath } from './bundlers.ts'

export interface ServedWorker {
  readonly origin: string
  /** What esbuild warned of. */
  readonly warnings: readonly object[]
  stop(): void
}

/** One Worker of these modules, on a free port. */
const configuration = (wasm: string[]) => `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [(name = "main", worker = (
    modules = [
      (name = "worker.mjs", esModule = embed "worker.mjs"),
${wasm.map((name) => `      (name = "${name}", wasm = embed "${name}"),\n`).join('')}    ],
    compatibilityDate = "2026-10-01",
  ))],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
`

/** Bundles `entry` into the folder `out` and serves it from there. */
export async function serveWorker(
  entry: string,
  out: string,
  program = programPath('node_modules/@cloudflare/workerd-linux-64/bin/workerd'),
): Promise<ServedWorker> {
  mkdirSync(out, { recursive: true })
  const wasm = new Set<string>()
  const { warnings } = await build({
    entryPoints: [entry],
    bundle: true,
    format: 'esm',
    conditions: ['workerd', 'worker', 'browser'],
    outfile: join(out, 'worker.mjs'),
    plugins: [
      {
        name: 'wasm modules by their names',
        setup(build) {
          build.onResolve({ filter: /\.wasm$/ }, ({ path, resolveDir }) => {
            const name = path.slice(path.lastIndexOf('/') + 1)
            copyFileSync(join(resolveDir, path), join(out, name))
            wasm.add(name)
            return { path: name, external: true }
          })
        },
      },
    ],
    logLevel: 'silent',
  })
  writeFileSync(join(out, 'workerd.capnp'), configuration([...wasm]))
  const workerd = spawn(program, ['serve', 'workerd.capnp', '--control-fd=1'], { cwd: out })
  const port = await new Promise<number>((resolve, reject) => {
    let printed = ''
    workerd.stderr.on('data', (data) => {
      printed += data
    })
    workerd.stdout.on('data', (data) => {
      printed += data
      const found = /"port":(\d+)/.exec(printed)
      if (found) resolve(Number(found[1]))
    })
    workerd.once('exit', () => reject(new Error(`workerd ended: ${printed}`)))
  })
  return { origin: `http://127.0.0.1:${port}`, warnings, stop: () => workerd.kill() }
}
