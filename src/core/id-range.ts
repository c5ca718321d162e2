/** The ids from … to − 1, in order. */
export function idRange(from: number, to: number): Uint32Array<ArrayBuffer> {
  const ids = new Uint32Array(to - from)
  for (let place = 0; place < ids.length; place++) ids[place] = from + place
  return ids
}
