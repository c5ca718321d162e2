/** RowBinary written and read in another way than src/clickhouse does. Node only. */

export class Encoder {
  private readonly parts: Buffer[] = []

  add(bytes: number, write: (buffer: Buffer) => unknown): void {
    const buffer = Buffer.alloc(bytes)
    write(buffer)
    this.parts.push(buffer)
  }

  uint32(value: number): void {
    this.add(4, (buffer) => buffer.writeUInt32LE(value))
  }

  uint64(value: number): void {
    this.add(8, (buffer) => buffer.writeBigUInt64LE(BigInt(value)))
  }

  float64(value: number): void {
    this.add(8, (buffer) => buffer.writeDoubleLE(value))
  }

  private length(value: number): void {
    const low = value % 128
    this.add(1, (buffer) => buffer.writeUInt8(value < 128 ? value : low + 128))
    if (value >= 128) this.length((value - low) / 128)
  }

  doubles(values: readonly number[]): void {
    this.length(values.length)
    for (const value of values) this.float64(value)
  }

  floats(values: readonly number[]): void {
    this.length(values.length)
    for (const value of values) this.add(4, (buffer) => buffer.writeFloatLE(value))
  }

  nullableText(text: string | null): void {
    this.add(1, (buffer) => buffer.writeUInt8(text === null ? 1 : 0))
    if (text === null) return
    const bytes = Buffer.from(text)
    this.length(bytes.length)
    this.parts.push(bytes)
  }

  finish(): Buffer {
    return Buffer.concat(this.parts)
  }
}

export class Decoder {
  private at = 0

  constructor(private readonly bytes: Buffer) {}

  get done(): boolean {
    return this.at === this.bytes.length
  }

  private next(bytes: number): number {
    this.at += bytes
    return this.at - bytes
  }

  uint8 = () => this.bytes.readUInt8(this.next(1))
  uint64 = () => Number(this.bytes.readBigUInt64LE(this.next(8)))
  float32 = () => this.bytes.readFloatLE(this.next(4))
  float64 = () => this.bytes.readDoubleLE(this.next(8))

  private length(): number {
    const byte = this.uint8()
    return byte < 128 ? byte : byte - 128 + 128 * this.length()
  }

  text(): string {
    const length = this.length()
    const start = this.next(length)
    return this.bytes.toString('utf8', start, start + length)
  }

  list(read: () => number): number[] {
    return Array.from({ length: this.length() }, read)
  }

  int8 = () => this.bytes.readInt8(this.next(1))
}
