/** The header Content-Range of a partial answer (RFC 9110, 14.4). */

export interface ContentRange {
  start: number
  /** One behind the last byte. */
  end: number
  /** Bytes of the whole file. */
  size: number
}

/** Reads `bytes 0-499/1234`; undefined for anything else, an unknown size too. */
export function parseContentRange(header: string | null): ContentRange | undefined {
  const match = /^\s*bytes\s+(\d+)-(\d+)\/(\d+)\s*$/i.exec(header ?? '')
  if (match === null) return undefined
  const [start, last, size] = match.slice(1).map(Number) as [number, number, number]
  const sound = Number.isSafeInteger(size) && start <= last && last < size
  return sound ? { start, end: last + 1, size } : undefined
}

/** The size in `bytes *\/1234`, which comes with 416. */
export function parseUnsatisfied(header: string | null): number | undefined {
  const size = /^\s*bytes\s+\*\/(\d+)\s*$/i.exec(header ?? '')?.[1]
  return size === undefined ? undefined : Number(size)
}
