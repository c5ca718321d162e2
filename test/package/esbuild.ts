/** Bundles with esbuild, as an app does. Node only. */
import { join } from 'node:path'
import { type BuildOptions, build } from 'esbuild'
import { expect } from 'vitest'
import type { Project } from './project.ts'

/** Bundles a program of the project's; gives the path of the bundle. A warning fails. */
export async function bundle(
  { folder }: Project,
  program: string,
  name: string,
  options: BuildOptions = {},
): Promise<string> {
  const outfile = join(folder, 'bundles', name)
  const { warnings } = await build({
    stdin: { contents: program, resolveDir: folder },
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
