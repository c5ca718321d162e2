/**
 * The part of the page around the map: asks for the points, and fetches the drawing when they are first
 * there.
 */

import type { MapAnswer } from '../answers/map.ts'
import { byId } from '../dom.ts'
import { newestOnly } from '../newest.ts'
import type { Page, Show } from '../page.ts'
import type { State } from '../state.ts'
import { messageOf, percentText, visible } from '../text.ts'
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
      byId('map-facts').textContent = factsOf(answer)
    },
    (error) => {
      byId('map-facts').textContent = messageOf(error)
    },
  )
}

function factsOf({ points, share, nearest }: MapAnswer): string {
  if (points.length === 0) return 'Fewer than three rows are shown: there is nothing to lay flat yet.'
  const kept = `The plane keeps ${percentText(share)} of the variance of these ${points.length} rows.`
  if (nearest === undefined) return kept
  const [onPlane, inAll] = [visible(nearest.onPlane), visible(nearest.inAll)]
  return onPlane === inAll
    ? `${kept} “${inAll}” is nearest to the sum, on the plane and by all numbers.`
    : `${kept} “${onPlane}” looks nearest to the sum, but by all numbers “${inAll}” is.`
}
