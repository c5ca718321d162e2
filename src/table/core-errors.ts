/** Why there is no core, or no memory for a table, as errors of rowspace. Loaded when it happens. */
import { simd } from 'wasm-feature-detect'
import { RowspaceError } from '../core/errors.ts'

/** The error for what fetching, compiling or instantiating a core threw. */
export async function coreError(cause: unknown): Promise<RowspaceError> {
  if (!(await simd())) {
    return new RowspaceError(
      'UNSUPPORTED',
      'rowspace needs WebAssembly SIMD (simd128): Chrome 91, Firefox 89, Safari 16.4, Node 16.4 or newer.',
      { cause },
    )
  }
  const { message } = cause as Error
  // as V8, Firefox and WebKit say it; and workerd, which compiles nothing at run time
  if (/security.policy|unsafe-eval|\bCSP\b|by embedder/i.test(message)) {
    return new RowspaceError(
      'UNSUPPORTED',
      `WebAssembly may not be compiled here (${message}): add 'wasm-unsafe-eval' to script-src of the page's ` +
        'Content-Security-Policy, or pass { core } as a compiled WebAssembly.Module.',
      { cause },
    )
  }
  return new RowspaceError('IO', `the core could not be loaded: ${message}`, { cause })
}

export function noCore(): RowspaceError {
  return new RowspaceError(
    'INVALID_ARGUMENT',
    'this build carries no core: pass { core } with the URL, Response, bytes or WebAssembly.Module of rowspace/rowspace.wasm.',
  )
}

export function otherModule(): RowspaceError {
  return new RowspaceError('INVALID_ARGUMENT', 'this WebAssembly module is not rowspace/rowspace.wasm.')
}
