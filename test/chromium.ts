/** Which Chromium the tests run in, and how it is started. Node only. */
import { accessSync, constants } from 'node:fs'

const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
]

export const CHROMIUM_ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** The path of a Chromium: the one CHROMIUM_PATH names, else the system's. Undefined where there is none. */
export function findChromium(): string | undefined {
  const named = process.env.CHROMIUM_PATH
  return (named ? [named] : PLACES).find(isExecutable)
}

/** What to say where findChromium() found nothing. */
export function whyNoChromium(): string {
  const named = process.env.CHROMIUM_PATH
  return named ? `CHROMIUM_PATH names ${named}, which cannot be run` : `none of ${PLACES.join(', ')} is there`
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
