/**
 * What sources share: checks of the range that is read, names of files beside them, counts of what was read.
 */
import { RowspaceError } from '../core/errors.ts'
import type { ByteSource, ReadOptions } from './source.ts'

/**
 * Throws the reason of a signal that is aborted, and `TRUNCATED` unless [start, end) lies inside the source.
 */
export function checkRead(
  { name, size }: Pick<ByteSource, 'name' | 'size'>,
  start: number,
  end: number,
  signal: AbortSignal | undefined,
): void {
  signal?.throwIfAborted()
  if (start >= 0 && start <= end && end <= size) return
  const text = `${name}: bytes ${start} to ${end} were requested, but it has only ${size} bytes.`
  throw new RowspaceError('TRUNCATED', text, { source: name, start, end, size })
}

/**
 * The steps from the source's folder to a file in it or below it. Whatever a file or a server calls the files
 * beside it, their names lead nowhere else.
 *
 * @throws `INVALID_ARGUMENT` for a name with a step that is empty, `.` or `..`, with a backslash or a NUL
 */
export function stepsBeside(source: string, name: string): string[] {
  const steps = name.split('/')
  if (steps.every((step) => /^[^\\\0]+$/.test(step) && !/^\.\.?$/.test(step))) return steps
  const shown = name.slice(0, 80)
  const text = `${source}: the name of a file beside it was expected; got ${JSON.stringify(shown)}.`
  throw new RowspaceError('INVALID_ARGUMENT', text, { source, name: shown })
}

/** A source that writes what it reads into memory that it is given. */
export abstract class RangeSource implements ByteSource {
  constructor(
    readonly name: string,
    public size: number,
  ) {}

  async read(start: number, end: number, options: ReadOptions = {}): Promise<Uint8Array> {
    checkRead(this, start, end, options.signal)
    const bytes = new Uint8Array(end - start)
    await this.fill(start, bytes, options.signal)
    return bytes
  }

  async readInto(start: number, target: Uint8Array, options: ReadOptions = {}): Promise<void> {
    checkRead(this, start, start + target.length, options.signal)
    await this.fill(start, target, options.signal, options.onBytes)
  }

  /** Fills `target`, which lies inside the source. */
  protected abstract fill(
    start: number,
    target: Uint8Array,
    signal: AbortSignal | undefined,
    onBytes?: ReadOptions['onBytes'],
  ): Promise<void>
}

/** A source with others beside it, all of which count the bytes that they read. */
export abstract class CountingSource extends RangeSource {
  protected ownBytesRead = 0
  readonly #siblings: ByteSource[] = []

  get bytesRead(): number {
    return this.#siblings.reduce((sum, { bytesRead = 0 }) => sum + bytesRead, this.ownBytesRead)
  }

  async sibling(name: string): Promise<ByteSource | undefined> {
    const sibling = await this.openSibling(stepsBeside(this.name, name))
    if (sibling !== undefined) this.#siblings.push(sibling)
    return sibling
  }

  protected abstract openSibling(steps: readonly string[]): Promise<ByteSource | undefined>
}
