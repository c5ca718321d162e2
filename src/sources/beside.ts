/** Names of files beside a source: whatever a file or a server says they are, they lead nowhere else. */
import { RowspaceError } from '../core/errors.ts'

/**
 * The steps from the source's folder to a file in it or below it.
 *
 * @throws `INVALID_ARGUMENT` for a name with a step that is empty, `.` or `..`, with a backslash or a NUL
 */
export function stepsBeside(source: string, name: string): string[] {
  const steps = name.split('/')
  if (steps.every((step) => /^[^\\\0]+$/.test(step) && !/^\.\.?$/.test(step))) return steps
  throw new RowspaceError(
    'INVALID_ARGUMENT',
    `${source}: the name of a file beside it was expected; got ${JSON.stringify(name.slice(0, 80))}.`,
    { source, name: name.slice(0, 80) },
  )
}
