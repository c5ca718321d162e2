/** What the tests use of scripts/. */
declare module '*/scripts/page-section.mjs' {
  export function readSection(page: string, name: string): string
  export function writeSection(page: string, name: string, section: string): void
}
