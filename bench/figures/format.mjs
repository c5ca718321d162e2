/** The figures as a table in Markdown, as it stands in the README. */
export function formatFigures(figures) {
  const lines = figures.map(({ what, required, measured, reached, remark }) => {
    const verdict = measured === undefined ? 'not measured' : `${reached ? '' : 'missed: '}${measured}`
    return `| ${what} | ${required} | ${verdict}${remark && measured !== undefined ? ` (${remark})` : ''} |`
  })
  return ['| what | required | measured |', '| --- | --- | --- |', ...lines].join('\n')
}
