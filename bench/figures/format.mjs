/** The figures as a table in Markdown, as it stands in the README. */
export function formatFigures(figures) {
  const lines = figures.map(({ what, asked, measured, reached, remark }) => {
    const verdict = measured === undefined ? 'not measured' : `${reached ? '' : 'missed: '}${measured}`
    return `| ${what} | ${asked} | ${verdict}${remark && measured !== undefined ? ` (${remark})` : ''} |`
  })
  return ['| what | asked | measured |', '| --- | --- | --- |', ...lines].join('\n')
}
