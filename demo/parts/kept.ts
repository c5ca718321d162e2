/** What this browser keeps of tables that were opened: to open again without a network, or to forget. */
import { byId, make } from '../dom.ts'
import type { Page } from '../page.ts'
import { bytesText } from '../text.ts'

export async function showKept(tables: Page['tables'], open: (name: string) => void): Promise<void> {
  const kept = await tables.kept().catch(() => [])
  byId('kept').hidden = kept.length === 0
  byId('kept-list').replaceChildren(
    ...kept.map(({ name, bytes }) => {
      const forget = async () => {
        await tables.forget(name)
        await showKept(tables, open)
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
