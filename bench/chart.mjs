/** Reports as bars in an SVG, one group a table: milliseconds of a query on a logarithmic scale, the fastest on top. */

const WIDTH = 760
const LABEL = 290
const VALUE = 70
const BAR = 16
const STEP = 21
const TITLE = 52
const COLOURS = { plain: '#9aa0a6', rowspace: '#1a73e8', peer: '#e8710a', reading: '#dadce0' }

/** The SVG of reports (bench/bench-table.mjs). */
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
<title>Milliseconds a query</title>
<style>
  text { font: 13px system-ui, sans-serif; fill: #202124 }
  .title { font-weight: 600 }
  .small { font-size: 11px; fill: #5f6368 }
  .ground { fill: #fff }
  line { stroke: #e8eaed }
</style>
<rect class="ground" width="${WIDTH}" height="${height}"/>
${parts.join('\n')}
</svg>
`
}

function group({ size, dimension, data, results }, top) {
  const bars = results
    .map(({ name, group, median, recall }) => ({
      name: recall !== undefined && recall < 1 ? `${name}, recall ${recall.toFixed(2)}` : name,
      group,
      time: median,
    }))
    .sort((a, b) => a.time - b.time)
  const bottom = top + TITLE + bars.length * STEP
  const scale = scaleOf(bars[0].time, bars.at(-1).time)
  const lines = scale.powers.map((power) => {
    const x = LABEL + scale.lengthOf(power)
    return `<line x1="${x.toFixed(1)}" x2="${x.toFixed(1)}" y1="${top + TITLE - 6}" y2="${bottom}"/>
${text(x, top + TITLE - 10, `${power} ms`, 'class="small" text-anchor="middle"')}`
  })
  const drawn = bars.map(({ name, group, time }, place) => {
    const y = top + TITLE + place * STEP
    const length = scale.lengthOf(time)
    return `${text(LABEL - 8, y + 12, name, 'text-anchor="end"')}
<rect x="${LABEL}" y="${y}" width="${length.toFixed(1)}" height="${BAR}" rx="2" fill="${COLOURS[group]}"/>
${text(LABEL + length + 6, y + 12, time < 1000 ? time.toPrecision(3) : time.toFixed(0), 'class="small"')}`
  })
  const title = text(8, top + 20, `${size.toLocaleString('en')} x ${dimension}, ${data}`, 'class="title"')
  return { svg: [title, ...lines, ...drawn].join('\n'), height: bottom - top + 14 }
}

/** From half of the least time, or bars would have no length, to the most; and the powers of ten between. */
function scaleOf(least, most) {
  const from = Math.log10(least / 2)
  const room = WIDTH - LABEL - VALUE
  const lengthOf = (time) => (room * (Math.log10(time) - from)) / (Math.log10(most) - from)
  const powers = []
  for (let power = Math.ceil(from); power <= Math.log10(most); power++) powers.push(Number(`1e${power}`))
  return { lengthOf, powers }
}

function text(x, y, content, attributes) {
  const escaped = content.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`)
  return `<text x="${x.toFixed(0)}" y="${y}" ${attributes}>${escaped}</text>`
}
