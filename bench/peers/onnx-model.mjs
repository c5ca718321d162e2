/**
 * A model for ONNX Runtime as bytes: the scores of queries against all rows, and the k best. Written field by field after onnx.proto3
 * (IR version 8, operator set 17), since the packages that write models are Python's.
 *
 *   queries (n x d) ── MatMul with the table, transposed (d x |V|) ── TopK ── scores, ids (n x k)
 */

const FLOAT = 1
const INT64 = 7
/** AttributeProto.type of a whole number. */
const ATTRIBUTE_INT = 2

function varint(value) {
  const bytes = []
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Uint8Array.from([...bytes, rest])
    bytes.push((rest % 128) | 128)
  }
}

/** A field: a whole number, or what has a length (bytes, text, a message as a list of fields). */
function field(number, value) {
  if (typeof value === 'number') return [varint(number * 8), varint(value)]
  const parts = typeof value === 'string' ? [new TextEncoder().encode(value)] : [value].flat(Infinity)
  const length = parts.reduce((sum, { byteLength }) => sum + byteLength, 0)
  return [varint(number * 8 + 2), varint(length), ...parts]
}

const message = (fields) => fields.flatMap(([number, value]) => field(number, value))

function joined(parts) {
  const bytes = new Uint8Array(parts.reduce((sum, { byteLength }) => sum + byteLength, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.byteLength
  }
  return bytes
}

function node(operator, inputs, outputs, attributes = {}) {
  return message([
    ...inputs.map((name) => [1, name]),
    ...outputs.map((name) => [2, name]),
    [4, operator],
    ...Object.entries(attributes).map(([name, value]) => [
      5,
      message([
        [1, name],
        [3, value],
        [20, ATTRIBUTE_INT],
      ]),
    ]),
  ])
}

function tensor(name, type, dimensions, bytes) {
  return message([...dimensions.map((length) => [1, length]), [2, type], [8, name], [9, [bytes]]])
}

/** A length that is a text is free. */
function valueInfo(name, type, dimensions) {
  const shape = message(
    dimensions.map((length) => [1, message([[typeof length === 'string' ? 2 : 1, length]])]),
  )
  const tensorType = message([
    [1, type],
    [2, shape],
  ])
  return message([
    [1, name],
    [2, message([[1, tensorType]])],
  ])
}

export function searchModel(rows, dimension, k) {
  const size = rows.length / dimension
  const columns = new Float32Array(rows.length)
  for (let id = 0; id < size; id++) {
    for (let j = 0; j < dimension; j++) columns[j * size + id] = rows[id * dimension + j]
  }
  const bytesOf = ({ buffer }) => new Uint8Array(buffer)
  const graph = message([
    [1, node('MatMul', ['queries', 'table'], ['all'])],
    [1, node('TopK', ['all', 'k'], ['scores', 'ids'], { axis: 1 })],
    [2, 'search'],
    [5, tensor('table', FLOAT, [dimension, size], bytesOf(columns))],
    [5, tensor('k', INT64, [1], bytesOf(BigInt64Array.of(BigInt(k))))],
    [11, valueInfo('queries', FLOAT, ['n', dimension])],
    [12, valueInfo('scores', FLOAT, ['n', k])],
    [12, valueInfo('ids', INT64, ['n', k])],
  ])
  return joined(
    message([
      [1, 8],
      [7, graph],
      [
        8,
        message([
          [1, ''],
          [2, 17],
        ]),
      ],
    ]),
  )
}
