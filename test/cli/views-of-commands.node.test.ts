/** What each command prints for people, and what it writes. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { writeSafetensors } from '../../src/formats/safetensors/writer.ts'
import { writableRows } from '../../src/formats/writable.ts'
import { join as joined } from '../formats/files.ts'
import { folder, json, rowspace, rowspaceWith } from './command.ts'

const THREE = '3 2\nking 3 4\nman 0 1\nwell-known 1 1\n'

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder(), name)
  writeFileSync(path, content)
  return path
}

/** The text of a command that ends well. `--quiet`, since a slow machine would say how far it is. */
function printed(...args: string[]): string[] {
  const { stdout, stderr, code } = rowspace(...args, '--quiet')
  expect({ stderr, code }).toEqual({ stderr: '', code: 0 })
  return stdout.trimEnd().split('\n')
}

describe('lookup', () => {
  test('prints id, norm and the first numbers of each row; --numbers says how many', () => {
    const path = file('t.txt', THREE)
    expect(printed('lookup', path, 'king man none')).toEqual([
      `x_i = E[t_i]  ${path}, |V| x d = 3 x 2`,
      '  token  id   ‖x_i‖     x_i',
      '  king    0  5.0000  3.0000  4.0000',
      '  man     1  1.0000  0.0000  1.0000',
      '  none    –                          not in the table',
    ])
    expect(printed('lookup', path, 'king', '--numbers', '1')[2]).toBe('  king    0  5.0000  3.0000  …')
    expect(printed('lookup', path, 'king', '--numbers', '0').slice(1)).toEqual([
      '  token  id   ‖x_i‖',
      '  king    0  5.0000  …',
    ])
    expect(printed('lookup', path, 'king', '--numbers', '9')[2]).toBe('  king    0  5.0000  3.0000  4.0000')
  })
})

describe('nearest', () => {
  test('names the row as it was given, or by its id and token', () => {
    const path = file('t.txt', THREE)
    expect(printed('nearest', path, 'king')[0]).toMatch(/^nearest to king {2}.*t\.txt, 3 x 2, by cosine, /)
    expect(printed('nearest', path, '#1', '--metric', 'dot')[0]).toMatch(
      /^nearest to row 1, man {2}.*, by dot,/,
    )
    const bare = file(
      'bare.safetensors',
      joined(writeSafetensors(writableRows(Float32Array.of(1, 0, 1, 1), 2))),
    )
    expect(printed('nearest', bare, '1')[0]).toMatch(/^nearest to row 1 {2}/)
  })
})

describe('analogy', () => {
  test('prints no baselines unless they are wanted', () => {
    const path = file('t.txt', THREE)
    expect(printed('analogy', path, 'king').join('\n')).not.toContain('at random')
    expect(json('analogy', path, 'king')).not.toHaveProperty('baselines')
    expect(printed('analogy', path, 'king', '--baselines', '1').join('\n')).toContain('at random')
  })
})

describe('inspect', () => {
  test('prints format, shape, parameters, share, file and memory', () => {
    expect(printed('inspect', file('t.txt', THREE)).slice(1)).toEqual([
      '  format      word2vec-text',
      '  table       |V| x d = 3 x 2, f32',
      '  parameters  6 in the table',
      '              6 in the file',
      '  share       100.0 %',
      '  file        36 bytes, all of it read to know this',
      expect.stringMatching(/^ {2}memory +as f32 [\d.]+ kB/),
    ])
  })

  test('lists up to 20 tensors, the table among them', () => {
    const header: Record<string, unknown> = {}
    let at = 0
    for (let place = 0; place < 22; place++) {
      header[place === 0 ? 'wte.weight' : `layer.${place}`] = {
        dtype: 'F32',
        shape: [2, 2],
        data_offsets: [at, at + 16],
      }
      at += 16
    }
    const text = Buffer.from(JSON.stringify(header))
    const length = Buffer.alloc(8)
    length.writeBigUInt64LE(BigInt(text.length))
    const path = file('model.safetensors', Buffer.concat([length, text, Buffer.alloc(at)]))
    const lines = printed('inspect', path)
    expect(lines).toContain('  share       4.5 %')
    expect(lines).toContain('  tensor      wte.weight')
    expect(lines.filter((line) => / F32 +2 x 2$/.test(line))).toHaveLength(20)
    expect(lines.at(-1)).toBe('  and 2 more (--json lists all)')
    expect(json('inspect', path).tensors).toHaveLength(22)
  })
})

describe('pack', () => {
  test.each([
    ['out.vec', [], 'word2vec-text'],
    ['out.TXT', [], 'word2vec-text'],
    ['out.bin', ['--dtype', 'f32'], 'word2vec-binary'],
    ['out', ['--format', 'word2vec-text'], 'word2vec-text'],
    ['out.bin', ['--format', 'safetensors'], 'safetensors'],
    ['out.safetensors', [], 'safetensors'],
  ])('%s %j is %s', (name, options, format) => {
    const to = join(folder(), name)
    const [line] = printed('pack', file('t.txt', THREE), to, ...options)
    const { length } = readFileSync(to)
    expect(line).toBe(`${to}  3 x 2, ${format} f32, ${length} bytes`)
    expect(json('nearest', to, 'king', '-k', '1').matches[0].token).toBe('well-known')
  })

  test('says in JSON what it wrote', () => {
    const [from, to] = [file('t.txt', THREE), join(folder(), 'out.bin')]
    expect(json('pack', from, to)).toEqual({
      in: from,
      out: to,
      format: 'word2vec-binary',
      size: 3,
      dimension: 2,
      dtype: 'f32',
      bytes: readFileSync(to).length,
    })
  })

  test('an ending it does not know is an error, and nothing is written', () => {
    for (const name of ['out', 'out.txt/', 'a.txt/out']) {
      const to = join(folder(), name)
      expect(rowspace('pack', 'default', to).stderr).toMatch(
        /does not end in \.safetensors, \.txt, \.vec, \.bin: rename it, or give --format\.\n$/,
      )
      expect(existsSync(to)).toBe(false)
    }
  })
})

describe('eval', () => {
  const analogies = (place: string) => {
    const path = join(place, 'questions.txt')
    writeFileSync(path, ': royal\nking man queen woman\nking man none woman\n: other\nking man woman queen\n')
    return path
  }
  const table = '5 3\nking 1 1 0\nman 0 1 0\nqueen 1 0 1\nwoman 0 0 1\nbread 0.1 0.1 0.1\n'

  test('prints sections, their sums and the questions left out', () => {
    const place = folder()
    const lines = printed('eval', file('t.txt', table), '--analogies', analogies(place), '--threads', '1')
    expect(lines[0]).toMatch(/t\.txt {2}5 x 3, 1 thread$/)
    expect(lines[2]).toMatch(/^questions\.txt {2}3cosadd, 1 with unknown words left out, [\d.]+ m?s$/)
    expect(lines.slice(3)).toEqual([
      '  section  right  of    share',
      '  royal        1   1  100.0 %',
      '  other        0   1    0.0 %',
      '  all          1   2   50.0 %',
    ])
  })

  test('reads its files before the table, and takes them again and again', () => {
    const place = folder()
    const path = analogies(place)
    const { analogies: read } = json('eval', file('t.txt', table), '--analogies', path, '--analogies', path)
    expect(read.map((one: { file: string }) => one.file)).toEqual([path, path])
    expect(read[1].sections).toEqual([
      { section: 'royal', correct: 1, incorrect: 0 },
      { section: 'other', correct: 0, incorrect: 1 },
    ])
    const { stderr } = rowspace('eval', join(place, 'none.bin'), '--pairs', join(place, 'none.txt'))
    expect(stderr).toContain('none.txt')
  })

  test('names the file or the option that an error is about', () => {
    const [path, pairs] = [
      file('t.txt', table),
      file('pairs.txt', 'king\tqueen\t8\nman\twoman\t7\nking\tman\t5\n'),
    ]
    const { stderr, code } = rowspace('eval', path, '--pairs', pairs, '--transform', 'pca:0')
    expect({ stderr, code }).toEqual({
      stderr: 'rowspace: --transform pca:0: dimension must be an integer ≥ 1; got 0.\n',
      code: 2,
    })
    const bad = file('bad.txt', 'nothing\n')
    expect(rowspace('eval', path, '--pairs', pairs, '--pairs', bad).stderr).toContain(
      `${bad}: there are no pairs`,
    )
  })
})

describe('cache', () => {
  test('says that it is empty, where it is, and frees nothing', () => {
    const place = folder()
    const environment = { ROWSPACE_CACHE: place }
    expect(rowspaceWith(environment, 'cache', 'ls').stdout).toBe(`${place}  0 bytes\n  nothing is cached\n`)
    expect(rowspaceWith(environment, 'cache', 'rm', '--all').stdout).toBe('0 bytes freed\n')
    expect(JSON.parse(rowspaceWith(environment, 'cache', 'ls', '--json').stdout)).toEqual({
      folder: place,
      bytes: 0,
      files: [],
    })
  })
})

describe('help', () => {
  test('has the usage, every option with its value, notes and examples', () => {
    const { stdout } = rowspace('analogy', '--help')
    expect(stdout).toMatch(/^rowspace analogy <table> <expression…> \[options\]\nthe rows nearest to a sum/)
    for (const option of ['-k N', '--metric cosine|dot', '--seed S', '--json', '-q, --quiet', '-h, --help']) {
      expect(stdout).toContain(`\n  ${option} `)
    }
    expect(stdout).toContain('\n\nWords are added with +')
    expect(stdout).toContain('\n  rowspace analogy default "king - man + woman" --baselines 3\n')
    expect(rowspace('--help').stdout).toContain('\n  -V, --version ')
  })
})
