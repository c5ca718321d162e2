/** What all bundles of dist/ have in common. */

/** The default table, one file for all builds, at `path` from where they lie. */
export const defaultTableAt = (path) => ({
  name: 'default table',
  setup: (esbuild) =>
    esbuild.onResolve({ filter: /\/build\/default-table\.ts$/ }, () => ({ path, external: true })),
})

export const bundled = {
  bundle: true,
  // an optional peer, one package or another, as package.json says
  external: ['#clickhouse-client'],
  format: 'esm',
  platform: 'neutral',
  mainFields: ['module', 'main'],
  // a bare `process` makes some bundlers look for a polyfill
  define: { process: 'globalThis.process' },
  target: 'es2022',
  minifySyntax: true,
  minifyWhitespace: true,
  // Node prints the line that threw: it must fit a screen
  lineLimit: 160,
  legalComments: 'none',
  splitting: true,
  chunkNames: 'chunk-[hash]',
  logLevel: 'warning',
  metafile: true,
}
