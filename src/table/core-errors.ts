/** Why there is no core. Loaded when it happens. */
import { simd } from 'wasm-feature-detect'
import type { ErrorCode } from '../core/errors.ts'

/** Code and message where there is no core, for what fetching or compiling it threw, if it threw. */
export async function reasonOf(
  module: WebAssembly.Module | undefined,
  cause: unknown,
): Promise<[ErrorCode, string]> {
  if (cause === undefined) {
    const message = module
      ? 'this WebAssembly module is not rowspace/rowspace.wasm.'
      : 'this build carries no core: pass { core } with the URL, Response, bytes or WebAssembly.Module ' +
        'of rowspace/rowspace.wasm.'
    return ['INVALID_ARGUMENT', message]
  }
  if (!(await simd())) {
    const engines = 'Chrome 91, Firefox 89, Safari 16.4, Node 16.4 or newer'
    return ['UNSUPPORTED', `rowspace needs WebAssembly SIMD (simd128): ${engines}.`]
  }
  const { message } = cause as Error
  // as V8, Firefox and WebKit say it; and workerd, which compiles nothing at run time
  if (!/security.policy|unsafe-eval|\bCSP\b|by embedder/i.test(message)) {
    return ['IO', `the core could not be loaded: ${message}`]
  }
  return [
    'UNSUPPORTED',
    `WebAssembly may not be compiled here (${message}): add 'wasm-unsafe-eval' to script-src of the page's ` +
      'Content-Security-Policy, or pass { core } as a compiled WebAssembly.Module.',
  ]
}
