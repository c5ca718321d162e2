/** A bundler, framework or other place that the packed tarball must work in, and how it is tried there. */
import type { Browser } from 'playwright'
import { answerOf } from '../page.ts'
import { ISOLATED, serve } from '../static-server.ts'

/** Where an app runs. */
export type Place = 'page' | 'worker' | 'server' | 'Node' | 'service worker'

/** One way to use a tool. */
export interface Use {
  places: Place[]
  /** How many threads a table that asks for two has. */
  threads: 1 | 2
  /** Left out of CI's own run, because it takes long and differs little from another. */
  slow?: boolean
  /** Builds, runs and asks. Gives the answer of each place. */
  ask(browser: Browser): Promise<Answers>
}

export type Answers = Partial<Record<Place, unknown>>

export interface Tool {
  name: string
  /** The folder of its package in node_modules/, where it has one. */
  package?: string
  /** What its users must write or know, in Markdown. Empty where it is nothing. */
  needs: string
  uses: Record<string, Use>
}

/** What a page answers: in itself, and in a worker of its own where it has one. */
export async function asked(browser: Browser, address: string): Promise<Answers> {
  const answer = await answerOf(browser, address)
  return Array.isArray(answer) ? { page: answer[0], worker: answer[1] } : { page: answer }
}

/** The same of a page that a server makes when it is asked, and of that server. */
export async function askedWithServer(browser: Browser, origin: string): Promise<Answers> {
  const html = await (await fetch(origin)).text()
  return { server: answerInHtml(html), ...(await asked(browser, origin)) }
}

/** The same of the page in a folder, served with the headers that threads need, and others. */
export async function opened(browser: Browser, folder: string, headers = {}): Promise<Answers> {
  const server = await serve(folder, { ...ISOLATED, ...headers })
  try {
    return await asked(browser, `${server.origin}/index.html`)
  } finally {
    await server.close()
  }
}

/** What a server answered, in the <pre> of its page. */
export function answerInHtml(html: string): unknown {
  const [, text] = /<pre[^>]*>(.*?)<\/pre>/s.exec(html) ?? []
  if (text === undefined) throw new Error(`no <pre> in ${html.slice(0, 2000)}`)
  return JSON.parse(text.replaceAll('&quot;', '"').replaceAll('&#34;', '"'))
}
