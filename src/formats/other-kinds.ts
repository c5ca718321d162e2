/** Files of kinds that are not read, recognised by their first bytes: what each is, and what to do. */
import { RowspaceError } from '../core/errors.ts'
import type { ByteSource } from '../sources/source.ts'
import { areNumbers, countFields, firstLines, NEWLINE, separatorsEnd } from './text/lines.ts'

interface OtherKind {
  /** As the end of "It is …". */
  readonly name: string
  /** One sentence. */
  readonly remedy: string
  matches(head: Uint8Array): boolean
}

const SAVE_NPY =
  'Save the rows with numpy.save(path, array.astype("float32")), and their words in words.json beside them.'

/** Of text files: no table of any format starts so. */
const TEXT_SIGNATURES: readonly OtherKind[] = [
  {
    name: 'a Git LFS pointer: the file itself was not downloaded',
    remedy: 'Run "git lfs pull" in its repository, or download the file.',
    matches: startsWith('version https://git-lfs'),
  },
  {
    name: 'a web page',
    remedy:
      'The address leads to a page about the file, to a login or to an error: give the address of the ' +
      'file itself.',
    matches: (head) => /^\uFEFF?\s*<(!doctype|html|\?xml)/i.test(ascii(head.subarray(0, 256))),
  },
]

/** What lies beside a table to search it by (src/stored/index-layout.ts). */
export const INDEX_OF_ROWS = "the index of a table's rows"

const BINARY_SIGNATURES: readonly OtherKind[] = [
  {
    name: INDEX_OF_ROWS,
    remedy:
      'Open that table; viewTable() (--view) finds an index beside it, { index } (--index) one elsewhere.',
    matches: (head) =>
      /^\s*\{"__metadata__":\{"rowspace":"\{\\"layout\\":/.test(ascii(head.subarray(8, 256))),
  },
  {
    name: 'a Python pickle',
    remedy:
      `Pickles can run code and are not opened. ${SAVE_NPY} From gensim (.kv, .model), use ` +
      'save_word2vec_format(path, binary=True) of its KeyedVectors, or open the .vectors.npy beside it with ' +
      '{ words } (--words), a file with their index_to_key, one per line. From PyTorch, use ' +
      'safetensors.torch.save_file.',
    matches: isPickle,
  },
  {
    name: 'a PyTorch checkpoint',
    remedy:
      'It holds a Python pickle, which can run code. Convert it: ' +
      'safetensors.torch.save_file(torch.load(path, weights_only=True), "model.safetensors").',
    matches: isTorchArchive,
  },
  { name: 'a Parquet file', remedy: SAVE_NPY, matches: startsWith('PAR1') },
  { name: 'an Arrow file', remedy: SAVE_NPY, matches: startsWith('ARROW1') },
  { name: 'an HDF5 file', remedy: SAVE_NPY, matches: startsWith(0x89, 'HDF\r\n', 0x1a, '\n') },
  { name: 'an SQLite database', remedy: SAVE_NPY, matches: startsWith('SQLite format 3', 0) },
  { name: 'compressed with bzip2', remedy: 'Unpack it with bunzip2.', matches: isBzip2 },
  { name: 'compressed with xz', remedy: 'Unpack it with unxz.', matches: startsWith(0xfd, '7zXZ', 0) },
  {
    name: 'compressed with zstd',
    remedy: 'Unpack it with unzstd.',
    matches: startsWith(0x28, 0xb5, 0x2f, 0xfd),
  },
  { name: 'a 7z archive', remedy: 'Unpack it with 7z x.', matches: startsWith('7z', 0xbc, 0xaf, 0x27, 0x1c) },
  {
    name: 'text in UTF-16',
    remedy: 'Convert it to UTF-8: iconv -f UTF-16 -t UTF-8.',
    matches: isUtf16,
  },
]

/** Kinds that only fit where no reader takes the file. */
const GUESSES: readonly OtherKind[] = [
  {
    name: 'JSON',
    remedy: 'Save the rows as npy or as text, a word and its numbers in each line.',
    matches: (head) => /^\uFEFF?\s*[[{]\s*["[{\d-]/.test(ascii(head.subarray(0, 256))),
  },
  {
    name: 'comma-separated values',
    remedy:
      'Separate the fields by spaces or tabs and leave out the names of columns: a word and its numbers ' +
      'in each line.',
    matches: isSeparatedByCommas,
  },
  {
    name: 'a matrix of numbers without words',
    remedy:
      'Put a word before the numbers of each line, or save them as npy. If the first column holds the ' +
      "words, open it with format: 'glove-text'.",
    matches: isBareMatrix,
  },
]

/**
 * Throws for a file that its first bytes show to be of a kind that is not read.
 *
 * @param hasFormat whether the caller named a format: then only what no format can start with is rejected
 * @throws `UNSUPPORTED`; `INVALID_FORMAT` for a page or a pointer in place of the file
 */
export function rejectOtherKinds(source: ByteSource, head: Uint8Array, hasFormat: boolean): void {
  const text = TEXT_SIGNATURES.find(({ matches }) => matches(head))
  const kind = text ?? (hasFormat ? undefined : BINARY_SIGNATURES.find(({ matches }) => matches(head)))
  if (kind === undefined) return
  throw new RowspaceError(
    text ? 'INVALID_FORMAT' : 'UNSUPPORTED',
    `${source.name} is ${kind.name}, not a table. ${kind.remedy}`,
    { source: source.name, kind: kind.name },
  )
}

/** What a file that no reader takes looks like. */
export function guessKind(head: Uint8Array): Omit<OtherKind, 'matches'> | undefined {
  return GUESSES.find(({ matches }) => matches(head))
}

/** Letters stand for their ASCII bytes. */
function startsWith(...parts: (string | number)[]): (head: Uint8Array) => boolean {
  const signature = parts.flatMap((part) =>
    typeof part === 'number' ? [part] : [...new TextEncoder().encode(part)],
  )
  return (head) => {
    for (let index = 0; index < signature.length; index++) if (head[index] !== signature[index]) return false
    return true
  }
}

function ascii(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
}

/**
 * Protocols 2 to 5. From 4 on a frame follows; before, what most pickles begin with: a container, a tuple, a
 * class, a number or text.
 */
function isPickle(head: Uint8Array): boolean {
  const [start, protocol = 0, next = 0] = head
  if (start !== 0x80 || protocol < 2 || protocol > 5) return false
  return protocol >= 4 ? next === 0x95 : '}](cX\x8a\x8c'.includes(String.fromCharCode(next))
}

/** A zip archive whose first entry is <name>/data.pkl. */
function isTorchArchive(head: Uint8Array): boolean {
  if (head[0] !== 0x50 || head[1] !== 0x4b || head[2] !== 3 || head[3] !== 4) return false
  const nameLength = (head[26] ?? 0) + (head[27] ?? 0) * 256
  return /(^|\/)data\.pkl$/.test(ascii(head.subarray(30, 30 + nameLength)))
}

function isBzip2(head: Uint8Array): boolean {
  return head[0] === 0x42 && startsWith('BZh')(head) && startsWith('1AY&SY')(head.subarray(4))
}

/** A byte order mark, and ASCII in every other byte: zeros at the same places. */
function isUtf16(head: Uint8Array): boolean {
  const little = head[0] === 0xff && head[1] === 0xfe
  if (!little && (head[0] !== 0xfe || head[1] !== 0xff)) return false
  const letters = head.subarray(2, 2 + 2 * Math.floor(Math.min(head.length - 2, 128) / 2))
  return (
    letters.length > 0 && letters.every((byte, index) => (index % 2 === (little ? 1 : 0)) === (byte === 0))
  )
}

const SAMPLE_LINES = 20

/** The first lines that are not blank, without the last where it may be cut. */
function sampleLines(head: Uint8Array): Uint8Array[] {
  const lines = firstLines(head, SAMPLE_LINES + 1)
  return head.at(-1) !== NEWLINE && lines.length > 1 ? lines.slice(0, -1) : lines
}

/** Lines of numbers after the first field, between commas or semicolons; the first may hold names. */
function isSeparatedByCommas(head: Uint8Array): boolean {
  const lines = sampleLines(head).map((line) => ascii(line).split(/[,;]/))
  const rows = lines.length > 1 ? lines.slice(1) : lines
  return rows.length > 0 && rows.every(([, ...numbers]) => numbers.length > 0 && numbers.every(isNumberText))
}

const isNumberText = (text: string) => text.trim() !== '' && text.length < 64 && !Number.isNaN(Number(text))

/**
 * Whether the first lines are numbers alone, as many in each, and not all of them integers in the first
 * column: ids of rows would be.
 */
export function isBareMatrix(head: Uint8Array): boolean {
  const lines = sampleLines(head)
  const areAllNumbers = (line: Uint8Array) =>
    areNumbers(line, separatorsEnd(line, 0, line.length), line.length)
  if (new Set(lines.map(countFields)).size !== 1 || !lines.every(areAllNumbers)) return false
  const startsWithId = (line: Uint8Array) => /^\s*\d+[ \t]/.test(ascii(line.subarray(0, 64)))
  return !lines.every(startsWithId) || lines.every((line) => /^[\d \t+-]*$/.test(ascii(line)))
}
