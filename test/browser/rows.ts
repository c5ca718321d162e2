/** A table that page.test.ts and its worker both make. */
export const ROWS = [3, 4, 4, 3, 0, 0]
export const TOKENS = ['a', 'b', 'c']
