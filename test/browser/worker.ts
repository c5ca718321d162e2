/** Runs in a worker of page.test.ts. */
import { EmbeddingTable } from '../../src/table/embedding-table.ts'
import { ROWS, TOKENS } from './rows.ts'

const table = await EmbeddingTable.from(ROWS, { dimension: 2, tokens: TOKENS })
postMessage(table.nearest('a').toArray())
