/** Bad input: exit code 2, one clear line on stderr, nothing on stdout, nothing lost. */
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { folder, json, type Ran, rowspace, rowspaceWith, start } from './command.ts'

function expectRejected({ stdout, stderr, code }: Ran, what: string | RegExp): void {
  expect({ stdout, code }).toEqual({ stdout: '', code: 2 })
  expect(stderr).toMatch(/^rowspace: [^\n]+\n$/)
  expect(stderr).toMatch(what)
}

const THREE = '3 2\nking 1 0\nman 0 1\nwell-known 1 1\n'

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder(), name)
  writeFileSync(path, content)
  return path
}

describe('what is typed', () => {
  test.each<[string[], string | RegExp]>([
    [['nearset', 'default', 'king'], 'there is no command "nearset"; did you mean nearest?'],
    [
      ['frobnicate'],
      'there is no command "frobnicate"; there are nearest, analogy, lookup, eval, inspect, sizes, pack, index, push, cache',
    ],
    [['help', 'packk'], 'did you mean pack?'],
    [['--jsn'], 'there is no option --jsn; did you mean --json?'],
    [['nearest', 'default', 'king', '--metrik', 'dot'], 'no option --metrik; did you mean --metric?'],
    [
      ['nearest', 'default', 'king', '--normalize'],
      'nearest has no option --normalize; there are -k, --metric,',
    ],
    [['nearest', 'default', '-5'], 'no option -5; an argument that starts with a minus goes behind "--"'],
    [['nearest', 'default', 'king', '--constructor'], 'no option --constructor'],
    [['nearest', 'default', 'king', '--json=yes'], '--json takes no value; got "yes"'],
    [['nearest', 'default', 'king', '-k'], '-k needs a value'],
    [['nearest', 'default', 'king', '-k', '-5'], '-k must be an integer ≥ 0; got "-5"'],
    [['nearest', 'default', 'king', '-k', '2.5'], 'got "2.5"'],
    [['nearest', 'default', 'king', '-k', 'NaN'], 'got "NaN"'],
    [['nearest', 'default', 'king', '-k', ''], 'got ""'],
    [['nearest', 'default', 'king', '-k', '1e3'], 'got "1e3"'],
    [['nearest', 'default', 'king', '-k', '99999999999999999999'], 'got "99999999999999999999"'],
    [
      ['nearest', 'default', 'king', '--metric', 'dott'],
      '--metric must be cosine or dot; got "dott"; did you mean dot?',
    ],
    [['analogy', 'default', 'king', '--baselines', '-1'], '--baselines must be an integer ≥ 0; got "-1"'],
    [['analogy', 'default', 'king', '--seed', 'x'], '--seed must be an integer; got "x"'],
    [['nearest'], '<table> is missing; usage: rowspace nearest <table> <token|id>'],
    [['nearest', 'default'], '<token|id> is missing'],
    [['nearest', 'default', 'a', 'b'], '"b" is one argument too many'],
    [['sizes', 'all'], '"all" is one argument too many'],
    [['analogy', 'default'], '<expression…> is missing'],
    [['nearest', 'default', 'kign'], '"kign" is not a token of this table; did you mean "king"?'],
    [['nearest', 'default', 'the king'], /It splits into "the" 0, "king" 654/],
    [['nearest', 'default', '20000000'], 'id 20000000 is not in the table'],
    [['nearest', 'default', '#20000'], 'with ids from 0 to 19999'],
    [['lookup', 'default', 'qwzx zxqw'], 'is not a token'],
    [['lookup', 'default', ' '], 'has no token in it'],
    [['analogy', 'default', 'king - - man'], '"king - - man", position 8: a word was expected'],
    [['analogy', 'default', 'king - kign'], '"kign" is not a token'],
    [['analogy', 'default', ''], 'position 1: the expression is empty'],
    [['analogy', 'default', 'king - king'], 'all zeros'],
    [['nearest', 'hf:gpt2', 'king'], 'a model is named hf:owner/name[@revision][/file]'],
    [['inspect', 'hf:a/b/../c'], 'the file "../c" is not a plain path'],
    [['inspect', 'hf:a/b?c'], 'the name "b?c" has other characters than letters'],
    [['cache'], '<ls|rm> is missing'],
    [['cache', 'list'], 'cache takes ls or rm; got "list"'],
    [['cache', 'rm'], 'cache rm takes a model (hf:owner/name), the URL of an index, or --all'],
    [['cache', 'rm', 'gpt2'], 'a model is named hf:owner/name'],
    [['cache', 'ls', 'hf:a/b', 'c'], '"c" is one argument too many'],
    [
      ['pack', 'clickhouse://a:hush@host:8123/db/table', 'x.bin'],
      /"clickhouse:\/\/host:8123\/db\/table": a table on ClickHouse is for nearest, analogy, lookup and inspect/,
    ],
    [['nearest', 'clickhouse://host/db', 'king'], 'named clickhouse://host:port/database/table'],
    [['nearest', 'clickhouse:host', 'king'], 'it is not an address'],
    [['nearest', 'clickhouse://host/db/t?x=1', 'king'], 'it has no option "x"'],
    [['push', 'default', 'table.txt'], '"table.txt": it is not an address'],
    [['push', 'default'], 'is missing; usage: rowspace push'],
    [['inspect', 'ftp://host/file'], 'the scheme "ftp:" is not http, https, file or hf'],
    [['inspect', ''], 'path'],
    [['eval', 'default'], 'give --analogies FILE'],
    [['eval', 'default', '--pairs', 'no-such-file.txt'], 'no-such-file.txt'],
    [['eval', 'default', '--pairs', 'LICENSE'], 'LICENSE: there are no pairs'],
    [['eval', 'default', '--analogies', 'LICENSE'], 'LICENSE: line 1 of the analogies comes before'],
    [['eval', 'default', '--pairs', 'x', '--method', 'cosmul'], '--method must be 3cosadd or 3cosmul'],
    [['eval', 'default', '--pairs', 'x', '--restrict-vocab', '0'], 'must be an integer ≥ 1; got "0"'],
    [['eval', 'default', '--pairs', 'package.json', '--transform', 'pcaa'], 'did you mean pca?'],
    [['pack', 'default', 'table.gguf'], 'does not end in .safetensors'],
    [
      ['pack', 'default', 'x.bin', '--dtype', 'int4'],
      '--dtype must be f32 or bf16 or f16 or int8; got "int4"; did you mean int8?',
    ],
    [
      ['pack', 'default', 'x.bin', '--dtype', 'bf16'],
      'word2vec-binary holds f32 alone: --dtype bf16 is for .safetensors',
    ],
    [['pack', 'default', 'x.bin', '--format', 'word2vec-txt'], 'did you mean word2vec-text?'],
  ])('%j', (args, what) => {
    expectRejected(rowspace(...args), what)
  })

  test('an error in JSON mode leaves stdout empty too', () => {
    expectRejected(rowspace('nearest', 'default', 'kign', '--json'), 'did you mean "king"?')
  })
  test('a line stays a line and sends the terminal nothing, whatever is in the argument', () => {
    expectRejected(rowspace('nearest', 'a\nb\x1b[2Jc', 'king'), /a.*b.*c/)
    expect(rowspace('nearest', 'a\nb\x1b[2Jc', 'king').stderr).not.toContain('\x1b')
  })
  test('what starts with a minus goes behind --', () => {
    const path = file('t.txt', THREE)
    const { stdout } = rowspace('analogy', path, '-k', '1', '--json', '--', '- man + king')
    expect(JSON.parse(stdout).matches[0].token).toBe('well-known')
  })
})

describe('files', () => {
  test('that do not exist', () => {
    expectRejected(rowspace('nearest', join(folder(), 'none.bin'), 'king'), 'does not exist')
  })
  test('that are directories', () => {
    expectRejected(rowspace('nearest', folder(), 'king'), 'is a directory')
  })
  test('that are empty, cut short, or nothing known', () => {
    expectRejected(rowspace('inspect', file('e.bin', '')), 'empty')
    expectRejected(rowspace('inspect', file('page.html', '<!doctype html>')), 'is a web page')
    expectRejected(rowspace('nearest', file('cut.txt', THREE.slice(0, 20)), 'king'), /cut\.txt/)
  })
  test('with a row of the wrong length: the line is named', () => {
    expectRejected(rowspace('nearest', file('t.txt', '3 2\na 1.5 0.5\nb 1.5\nc 0.5 1\n'), 'a'), /line 3/)
  })
  test('with NaN: row and column are named', () => {
    expectRejected(rowspace('nearest', file('t.txt', '2 2\na 1 0\nb 1 nan\n'), 'a'), /row 1.*column 1/)
  })
  test('that are not UTF-8', () => {
    const bytes = Buffer.concat([Buffer.from('1 2\n'), Buffer.from([0xff, 0xfe]), Buffer.from(' 1 0\n')])
    expectRejected(rowspace('nearest', file('t.txt', bytes), 'a'), /UTF-8/)
  })
  test.skipIf(process.getuid?.() === 0)('that may not be read (as root everything may)', () => {
    const path = file('secret.txt', THREE)
    chmodSync(path, 0o000)
    expectRejected(rowspace('nearest', path, 'king'), 'no permission')
  })
  test('with a word twice: the first row counts, the number is noted on stderr, stdout stays the answer', () => {
    const path = file('twice.txt', '4 2\na 1 0\nb 0 1\na 0 2\nc 1 1\n')
    const { stdout, stderr, code } = rowspace('nearest', path, 'a', '--json')
    expect(code).toBe(0)
    expect(stderr).toMatch(/^rowspace: .*: 1 word comes twice; the first row counts\.\n$/)
    expect(JSON.parse(stdout).matches.map(({ token }: { token: string }) => token)).toEqual(['c', 'b'])
  })
  test('with tokens a terminal would obey: they are shown escaped', () => {
    const path = file('t.txt', '2 2\na 1 0\n\x1b[2Jx 1 1\n')
    expect(rowspace('nearest', path, 'a').stdout).toContain('"\\u001b[2Jx"')
  })
  test('with digits for tokens: those are meant, else an id, and #1 always is an id', () => {
    const path = file('t.txt', '4 2\nking 1 0\nqueen 1 1\n0 0 1\nman 1 2\n')
    const matches = (name: string) => json('nearest', path, name, '--include-inputs').matches
    expect(matches('0')).toEqual(matches('#2'))
    expect(matches('1')).toEqual(matches('queen'))
    expect(matches('#0')).toEqual(matches('king'))
    expect(json('analogy', path, "'0' + 3 - #3", '--include-inputs').matches).toEqual(matches('0'))
  })
  test('of rows without tokens take ids', () => {
    const folderPath = folder()
    const path = join(folderPath, 'rows.npy')
    writeFileSync(path, npy([3, 2], [1, 0, 0, 1, 1, 1]))
    expect(json('nearest', path, '0', '-k', '1').matches).toMatchObject([{ id: 2, token: null }])
    expect(json('lookup', path, '2', '0').tokens.map(({ id }: { id: number }) => id)).toEqual([2, 0])
    expectRejected(rowspace('nearest', path, 'king'), 'has no tokens')
  })
})

describe('output', () => {
  test('that exists stays unless --overwrite', () => {
    const [from, to] = [file('t.txt', THREE), file('out.bin', 'precious')]
    expectRejected(rowspace('pack', from, to), 'exists and was left as it is: --overwrite replaces it')
    expect(readFileSync(to, 'utf8')).toBe('precious')
    expect(json('pack', from, to, '--overwrite')).toMatchObject({
      out: to,
      format: 'word2vec-binary',
      size: 3,
    })
    expect(json('nearest', to, 'king', '-k', '1').matches[0].token).toBe('well-known')
  })
  test('that exists is said before the table is opened', () => {
    const to = file('out.bin', 'precious')
    expectRejected(rowspace('pack', join(folder(), 'none.txt'), to), 'exists and was left')
  })
  test('is not begun when the input is bad: no file, no temporary file, the old one stays', () => {
    const to = file('out.bin', 'precious')
    const bad = file('bad.txt', '2 2\na 1.25 0.25\nb 1.25\n')
    expectRejected(rowspace('pack', bad, to, '--overwrite'), /line 3/)
    expect(readFileSync(to, 'utf8')).toBe('precious')
    expect(readdirSync(join(to, '..'))).toEqual(['out.bin'])
  })
  test('into a folder that is not there, or a folder itself', () => {
    const from = file('t.txt', THREE)
    expectRejected(rowspace('pack', from, join(folder(), 'none', 'out.bin')), 'does not exist')
    const taken = join(folder(), 'folder.bin')
    mkdirSync(taken)
    expectRejected(rowspace('pack', from, taken, '--overwrite'), 'is a directory')
  })
  test.each(['safetensors', 'txt', 'bin'])('packed as .%s gives the same rows to the bit', (extension) => {
    const to = join(folder(), `table.${extension}`)
    expect(rowspace('pack', 'default', to)).toMatchObject({ code: 0, stderr: '' })
    expect(json('lookup', to, 'queen').tokens).toEqual(json('lookup', 'default', 'queen').tokens)
    expect(json('nearest', to, 'king').matches).toEqual(json('nearest', 'default', 'king').matches)
  })
  test.each(['bf16', 'f16', 'int8'])('packed as %s, and packed again as it comes', (dtype) => {
    const [first, second] = [join(folder(), 'first.safetensors'), join(folder(), 'second.safetensors')]
    const packed = json('pack', 'default', first, '--dtype', dtype)
    expect(packed).toMatchObject({ dtype, size: 20_000, format: 'safetensors' })
    expect(json('inspect', first).dtype).toBe(dtype)
    expect(json('nearest', first, 'king', '-k', '1').matches[0].token).toBe('prince')
    // int8 rows are opened as float32
    const again = dtype === 'int8' ? { dtype: 'f32' } : { dtype, bytes: packed.bytes }
    expect(json('pack', first, second)).toMatchObject(again)
    if (dtype !== 'int8') expect(readFileSync(second).equals(readFileSync(first))).toBe(true)
  })
  test('interrupted leaves nothing behind', async () => {
    const place = folder()
    const child = start('pack', 'default', join(place, 'out.txt'))
    while (readdirSync(place).length === 0 && child.exitCode === null) await pause(2)
    child.kill('SIGINT')
    const code = await ended(child)
    // it may have been done already
    expect(readdirSync(place)).toEqual(code === 0 ? ['out.txt'] : [])
    expect([0, 130]).toContain(code)
  })
  test('to a closed pipe ends quietly', async () => {
    const child = start('nearest', 'default', 'king', '-k', '20000', '--json')
    let stderr = ''
    child.stderr.on('data', (data) => {
      stderr += data
    })
    child.stdout.once('data', () => child.stdout.destroy())
    expect(await ended(child)).toBe(0)
    expect(stderr).toBe('')
  })
  test('has colours where they are wanted, none in a pipe, none with NO_COLOR', () => {
    const colours = (env: NodeJS.ProcessEnv) =>
      rowspaceWith(env, 'nearest', 'default', 'king').stdout.includes('\x1b[')
    expect(colours({ FORCE_COLOR: '1' })).toBe(true)
    expect(colours({ FORCE_COLOR: '1', NO_COLOR: '1' })).toBe(false)
    expect(colours({ CI: 'true' })).toBe(false)
    expect(JSON.parse(rowspaceWith({ FORCE_COLOR: '1' }, 'sizes', '--json').stdout).models).toHaveLength(5)
  })
})

describe('help', () => {
  test('lists every command, and each has its own', () => {
    const { stdout, stderr, code } = rowspace('--help')
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 })
    for (const name of ['nearest', 'analogy', 'lookup', 'inspect', 'sizes', 'pack', 'cache']) {
      expect(stdout).toContain(`rowspace ${name}`)
      const own = rowspace(name, '--help')
      expect(own).toMatchObject({ code: 0, stderr: '' })
      expect(own.stdout).toContain(`rowspace ${name}`)
      expect(rowspace('help', name).stdout).toBe(own.stdout)
    }
    expect(rowspace('help').stdout).toBe(stdout)
    expect(rowspace('-h').stdout).toBe(stdout)
  })
  test('the version is that of the package', () => {
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
    expect(rowspace('--version').stdout).toBe(`${version}\n`)
  })
})

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

const ended = (child: ReturnType<typeof start>) =>
  new Promise<number | null>((resolve) => child.on('close', (code) => resolve(code)))

/** A version 1.0 npy file of float32. */
function npy(shape: readonly number[], values: readonly number[]): Uint8Array {
  const header = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape.join(', ')}), }`
  const padded = `${header.padEnd(117)}\n`
  return Buffer.concat([
    Buffer.from('\x93NUMPY\x01\x00', 'latin1'),
    Buffer.from(Uint16Array.of(padded.length).buffer),
    Buffer.from(padded),
    Buffer.from(Float32Array.from(values).buffer),
  ])
}
