/** Resident memory of a table that was opened from its file, beyond what the process had before. Argument: the file. */
import { openTable } from '../../dist/formats.js'
import { EmbeddingTable } from '../../dist/index.js'

const [path] = process.argv.slice(2)
const warm = await EmbeddingTable.from(new Float32Array(64).fill(1), { dimension: 16 })
warm.dispose()
globalThis.gc()
const before = process.memoryUsage.rss()
const { size, dimension, codes } = await openTable(path)
globalThis.gc()
const resident = process.memoryUsage.rss() - before
const tableBytes = size * dimension * 4
console.log(JSON.stringify({ resident, before, tableBytes, codes, ratio: resident / tableBytes }))
