/** What this browser keeps of tables that were opened: to open again without a network, or to forget. */
import { bytes as bytesText } from '../../data/figures.ts'
import { byId, make } from '../dom.ts'
import type { Page } from '../page.ts'

export async function showCached(tables: Page['tables'], open: (name: string) => void): Promise<void> {
  const cached = await tables.cached().catch(() => [])
  byId('cached').hidden = cached.length === 0
  byId('cached-list').replaceChildren(
    ...cached.map(({ name, bytes }) => {
      const forget = async () => {
        await tables.forget(name)
        await showCached(tables, open)
      }
      return make(
        'li',
        {},
        make('span', {}, `${name}, ${bytesText(bytes)}`),
        make('button', { type: 'button', 'aria-label': `Open ${name}`, onclick: () => open(name) }, 'Open'),
        make(
          'button',
          { type: 'button', 'aria-label': `Forget ${name}`, onclick: () => void forget() },
          'Forget',
        ),
      )
    }),
  )
}
