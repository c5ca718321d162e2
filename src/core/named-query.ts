import { isRowspaceError, RowspaceError } from './errors.ts'

/**
 * What `work` returns for a query of a batch. An error that it throws names the query by its number, from 0.
 */
export function namedQuery<Value>(query: number, work: () => Value): Value {
  try {
    return work()
  } catch (error) {
    if (!isRowspaceError(error)) throw error
    const details = { ...error.details, question: query, cause: error }
    throw new RowspaceError(error.code, `query ${query}: ${error.message}`, details)
  }
}
