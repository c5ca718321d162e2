/** Advice of the library's errors, in options of the command. */

const WORDS: readonly (readonly [RegExp, string])[] = [
  [
    /open it with encoding: 'latin1' if that is what it is, or encodingErrors: [^(]*\(on the command line[^)]*\)/g,
    'read it with --encoding latin1 if that is what it is, or --encoding-errors replace (or ignore)',
  ],
  [/\(or pass nonFinite: 'skip'\)/g, '(--non-finite skip leaves such rows out)'],
  [/\(overwrite: true\)/g, '(--overwrite)'],
  [
    /, or writeIndex\(\)\. Or load the table by openTable\(\)\./g,
    ' (--index where it is elsewhere). Or leave --view out.',
  ],
  [
    /View the table without limit, or make an index with the same limit: writeIndex\(source, \{ limit \}\)\./g,
    'Leave --limit out, or make an index with the same --limit.',
  ],
  [
    /viewTable\(\) \(--view\) finds an index beside it, \{ index \} \(--index\) one elsewhere\./g,
    '--view finds an index beside it, --index one elsewhere.',
  ],
  [/Allow more, or view fewer rows \(limit\)\./g, 'Allow more (--memory), or take fewer rows (--limit).'],
  [/, or load it by openTable\(\)\./g, ', or leave --view out.'],
  [/Upload ((?:it|the table) again) with overwrite\b/g, 'Push $1 with --overwrite'],
  [/\(servers: \['(http:[^']*)', …\]\)/g, '(--server $1, once for each)'],
]

export function inOptions(message: string): string {
  return WORDS.reduce((text, [library, command]) => text.replace(library, command), message)
}
