/**
 * What there is to be reached: one `fetch` of a table's bytes that throws them away, and one that writes them into new WebAssembly memory,
 * where a table's rows must go. In a process of its own, after a first request, as open.mjs has it.
 *
 *   node plain-fetch.mjs <URL of a safetensors file> <tensor> discard|write
 */
const [url, tensor, what] = process.argv.slice(2)

async function range(address, start, end) {
  const response = await fetch(address, { headers: { range: `bytes=${start}-${end - 1}` } })
  if (response.status !== 206) throw new Error(`${address} answered ${response.status}`)
  return response
}

const first = await range(url, 0, 8)
const headerEnd = 8 + Number(new DataView(await first.arrayBuffer()).getBigUint64(0, true))
const header = await (await range(first.url, 8, headerEnd)).json()
const [start, end] = header[tensor].data_offsets.map((offset) => headerEnd + offset)

const began = performance.now()
const cpuBefore = process.cpuUsage()
const pages = what === 'write' ? Math.ceil((end - start) / 65_536) : 0
const memory = new Uint8Array(new WebAssembly.Memory({ initial: pages }).buffer)
let bytes = 0
for await (const chunk of (await range(first.url, start, end)).body) {
  if (what === 'write') memory.set(chunk, bytes)
  bytes += chunk.length
}
const milliseconds = performance.now() - began
if (bytes !== end - start) throw new Error(`${bytes} of ${end - start} bytes came`)
const { user, system } = process.cpuUsage(cpuBefore)
console.log(JSON.stringify({ milliseconds, cpuMilliseconds: (user + system) / 1000 }))
