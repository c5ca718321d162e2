/** What the tests of the documentation use of the scripts. */
declare module '*/scripts/page-section.mjs' {
  export function readSection(page: string, name: string): string
  export function writeSection(page: string, name: string, section: string): void
}
