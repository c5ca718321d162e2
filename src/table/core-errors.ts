/** Why a core could not be had, in rowspace's own words. Loaded when it happens. */
import { SimdMissingError } from '../../bindings/core.ts'
import { RowspaceError } from '../core/errors.ts'

export function coreError(cause: unknown): RowspaceError {
  if (cause instanceof SimdMissingError) {
    return new RowspaceError(
      'UNSUPPORTED',
      'rowspace needs WebAssembly SIMD (simd128): Chrome 91, Firefox 89, Safari 16.4, Node 16.4 or newer',
      { cause },
    )
  }
  const { message } = cause as Error
  // as V8, Firefox and WebKit say it; and workerd, which compiles nothing at run time
  if (/security.policy|unsafe-eval|\bCSP\b|by embedder/i.test(message)) {
    return new RowspaceError(
      'UNSUPPORTED',
      `WebAssembly may not be compiled here (${message}): add 'wasm-unsafe-eval' to script-src of the page's ` +
        'Content-Security-Policy, or pass { core } as a compiled WebAssembly.Module',
      { cause },
    )
  }
  return new RowspaceError('IO', `the core could not be loaded: ${message}`, { cause })
}
