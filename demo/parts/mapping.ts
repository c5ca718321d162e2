/**
 * The part of the page around the map: asks for the points, and fetches the drawing when they are first
 * there.
 */
import { byId } from '../dom.ts'
import { newestOnly } from '../newest.ts'
import type { Page, Show } from '../page.ts'
import type { State } from '../state.ts'
import { messageOf, percentText } from '../text.ts'
import type { TableMap } from './map.ts'

export function setUpMap({ tables }: Page): Show {
  let map: TableMap | undefined
  return newestOnly(
    async (state: State) => {
      const [answer, { TableMap }] = await Promise.all([tables.mapOf(state), import('./map.ts')])
      map ??= new TableMap()
      return { answer, map }
    },
    ({ answer, map }) => {
      map.show(answer)
      byId('map-facts').textContent =
        answer.points.length === 0
          ? 'Fewer than three rows are shown: there is nothing to lay flat yet.'
          : `The plane holds ${percentText(answer.share)} of the variance of these ` +
            `${answer.points.length} rows.`
    },
    (error) => {
      byId('map-facts').textContent = messageOf(error)
    },
  )
}
