/** Scripts of the project's, which are plain modules. */
declare module '*/scripts/own-address.mjs' {
  import type { Plugin } from 'esbuild'

  export const ownAddress: Plugin
}
