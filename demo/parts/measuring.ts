/** The part of the page that measures in this browser; what it needs is fetched on first use. */

import { proxy, transfer, wrap } from 'comlink'
import { count, duration } from '../../data/figures.ts'
import { byId } from '../dom.ts'
import type { Measurement, MeasureWorker, Rows } from '../measure/worker.ts'
import type { Page } from '../page.ts'
import { messageOf } from '../text.ts'

export function setUpMeasuring(page: Page): void {
  const go = byId<HTMLButtonElement>('measure-go')
  const stop = byId<HTMLButtonElement>('measure-stop')
  const said = byId('measure-said')
  const progress = byId<HTMLProgressElement>('measure-progress')
  let worker: Worker | undefined
  const busy = (is: boolean) => {
    go.disabled = is
    stop.hidden = !is
    progress.hidden = !is
  }
  const end = () => {
    worker?.terminate()
    worker = undefined
    busy(false)
  }
  go.onclick = async () => {
    busy(true)
    byId('chart').hidden = true
    progress.removeAttribute('value')
    said.textContent = 'Making the tables …'
    const mine = new Worker(new URL('measure.js', document.baseURI), { type: 'module' })
    worker = mine
    try {
      const rows = await chosenRows(page)
      const onProgress = (done: number) => {
        progress.value = done
        said.textContent = 'Measuring …'
      }
      const measured = await wrap<MeasureWorker>(mine).measure(
        rows.rows === undefined ? rows : transfer(rows, [rows.rows.buffer]),
        proxy(onProgress),
      )
      if (worker === mine) await showMeasured(measured)
    } catch (error) {
      if (worker === mine) said.textContent = messageOf(error)
    } finally {
      if (worker === mine) end()
    }
  }
  stop.onclick = () => {
    end()
    said.textContent = 'Stopped.'
  }
}

async function chosenRows({ tables }: Page): Promise<Rows> {
  const chosen =
    document.querySelector<HTMLInputElement>('input[name=measure-rows]:checked')?.value ?? 'table'
  if (chosen === 'table') {
    const { rows, dimension } = await tables.rows()
    return { rows, dimension }
  }
  const [size, dimension] = chosen.split('x').map(Number) as [number, number]
  return { size, dimension }
}

async function showMeasured(measured: Measurement): Promise<void> {
  const { chartOf, pictureOf } = await import('../measure/chart.ts')
  const { equal, queries } = measured
  const said = byId('measure-said')
  const threads = crossOriginIsolated ? '' : ' Threads need a page served with the COOP and COEP headers.'
  said.textContent = `All contenders gave the same ten rows for ${equal} of ${queries} queries.${threads}`
  byId('chart').hidden = false
  const chart = chartOf(measured, Math.min(640, byId('chart-drawing').clientWidth))
  byId('chart-drawing').replaceChildren(chart)
  byId('chart-save').onclick = async () => {
    const link = document.createElement('a')
    link.href = URL.createObjectURL(await pictureOf(chart))
    link.download = 'rowspace-measured.png'
    link.click()
    URL.revokeObjectURL(link.href)
  }
  byId('chart-copy').onclick = async () => {
    const copied = navigator.clipboard.writeText(textOf(measured))
    said.textContent = await copied.then(
      () => 'The figures are copied.',
      () => textOf(measured),
    )
  }
}

function textOf({ size, dimension, results }: Measurement): string {
  const plain = results[0]?.milliseconds ?? 0
  const lines = results.map(
    ({ name, milliseconds }) => `${name}: ${duration(milliseconds)} (${(plain / milliseconds).toFixed(1)} x)`,
  )
  return [`The 10 nearest of ${count(size)} x ${count(dimension)}`, ...lines].join('\n')
}
