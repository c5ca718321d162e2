/** Pairs as they are found, in columns that grow: four numbers per pair, no objects. */

/** Numbers that a column has room for at first. */
const FIRST_ROOM = 1024

export class PairColumns {
  a = new Uint32Array(FIRST_ROOM)
  b = new Uint32Array(FIRST_ROOM)
  cosines = new Float32Array(FIRST_ROOM)
  dots = new Float32Array(FIRST_ROOM)
  length = 0

  add(a: number, b: number, cosine: number, dot: number): void {
    if (this.length === this.a.length) this.resize(2 * this.length)
    this.a[this.length] = a
    this.b[this.length] = b
    this.cosines[this.length] = cosine
    this.dots[this.length] = dot
    this.length++
  }

  /** Cuts the columns to their length. */
  trim(): this {
    this.resize(this.length)
    return this
  }

  private resize(room: number): void {
    const resized = <List extends Uint32Array | Float32Array>(list: List, made: List): List => {
      made.set(list.subarray(0, Math.min(room, this.length)))
      return made
    }
    this.a = resized(this.a, new Uint32Array(room))
    this.b = resized(this.b, new Uint32Array(room))
    this.cosines = resized(this.cosines, new Float32Array(room))
    this.dots = resized(this.dots, new Float32Array(room))
  }
}
