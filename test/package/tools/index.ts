/** All bundlers, frameworks and other places that the packed tarball is tried in. */
import { ASTRO_TOOL } from './astro.ts'
import { ESBUILD } from './esbuild.ts'
import { NEXT_TOOLS } from './next.ts'
import { PAGES } from './pages.ts'
import { STRICT_POLICY } from './policy.ts'
import { SERVICE_WORKERS } from './service-workers.ts'
import { SVELTEKIT } from './sveltekit.ts'
import { TEST_RUNNERS } from './test-runners.ts'
import type { Tool } from './tool.ts'
import { VITE } from './vite.ts'
import { WITHOUT_BUNDLER } from './without-bundler.ts'
import { WORKERD } from './workerd.ts'

export const TOOLS: Tool[] = [
  ...VITE,
  ...PAGES,
  ESBUILD,
  ...NEXT_TOOLS,
  SVELTEKIT,
  ASTRO_TOOL,
  ...TEST_RUNNERS,
  WORKERD,
  WITHOUT_BUNDLER,
  STRICT_POLICY,
  SERVICE_WORKERS,
]
