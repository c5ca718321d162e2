/** Reports as bars in an SVG, one group a table: times on a scale of powers of ten. */

const WIDTH = 760
const LABEL = 250
const VALUE = 150
const BAR = 18
const STEP = 24
const TITLE = 40
const COLOURS = { plain: '#9aa0a6', rowspace: '#1a73e8', peer: '#e8710a', reading: '#dadce0' }

const escapeText = (text) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`)

/** The SVG of reports (bench/bench-table.mjs), the fastest bar on top. */
export function chart(reports, caption) {
  let top = 8
  const parts = []
  for (const report of reports) {
    const { svg, height } = group(report, top)
    parts.push(svg)
    top += height
  }
  parts.push(text(8, top + 14, caption, 'class="small"'))
  const height = top + 26
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img">
<title>Milliseconds a query, rowspace and others</title>
<style>
  text { font: 13px system-ui, sans-serif; fill: #202124 }
  .title { font-weight: 600 }
  .small { font-size: 11px; fill: #5f6368 }
  rect.ground { fill: #fff }
</style>
<rect class="ground" width="${WIDTH}" height="${height}"/>
${parts.join('\n')}
</svg>
`
}

function group({ size, dimension, data, results }, top) {
  const bars = results
    .flatMap(({ name, group, median, batchMedian, recall }) => {
      const missed = recall !== undefined && recall < 1 ? `, recall ${recall.toFixed(2)}` : ''
      const batch = batchMedian === undefined ? [] : [{ name: `${name}, batches`, group, time: batchMedian }]
      return [{ name: name + missed, group, time: median }, ...batch]
    })
    .sort((a, b) => a.time - b.time)
  const [least, most] = [bars[0].time, bars.at(-1).time]
  const floor = 10 ** Math.floor(Math.log10(least))
  const room = WIDTH - LABEL - VALUE
  // at least a sliver, or the fastest would have no bar
  const lengthOf = (time) => 4 + (room * Math.log(time / floor)) / Math.log(most / floor)
  const lines = bars.map(({ name, group, time }, place) => {
    const y = top + TITLE + place * STEP
    const length = lengthOf(time)
    return `${text(LABEL - 8, y + 13, name, 'text-anchor="end"')}
<rect x="${LABEL}" y="${y}" width="${length.toFixed(1)}" height="${BAR}" rx="2" fill="${COLOURS[group]}"/>
${text(LABEL + length + 6, y + 13, `${time.toPrecision(3)} ms`, 'class="small"')}`
  })
  const title = `${size.toLocaleString('en')} x ${dimension}, ${data}: milliseconds a query (each step to the right is a factor)`
  return {
    svg: [text(8, top + 22, title, 'class="title"'), ...lines].join('\n'),
    height: TITLE + bars.length * STEP + 14,
  }
}

function text(x, y, content, attributes = '') {
  return `<text x="${x.toFixed(0)}" y="${y}" ${attributes}>${escapeText(content)}</text>`
}
