/** The figures as a table in Markdown, as docs/benchmarks.md has it. */
export function formatFigures(figures) {
  const lines = figures.map(({ what, required, measured, reached, remark }) => {
    const verdict = measured === undefined ? 'not measured' : `${reached ? '' : 'missed: '}${measured}`
    return `| ${what} | ${required} | ${verdict}${remark && measured !== undefined ? ` (${remark})` : ''} |`
  })
  return ['| what | goal | measured |', '| --- | --- | --- |', ...lines].join('\n')
}
