import { accessSync, constants } from 'node:fs'
import { type Browser, chromium, type Page } from 'playwright'
import { onTestFinished } from 'vitest'

const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

const { CHROME_PATH, REQUIRE_BROWSER } = process.env

/** The program of a Chromium: the one that CHROME_PATH names, or one where they usually are. None, if none has to be there. */
export const program: string | undefined = (CHROME_PATH ? [CHROME_PATH] : PLACES).find(isProgram)

if (program === undefined && REQUIRE_BROWSER === '1') throw new Error('no Chromium: name its program in CHROME_PATH')

/** Starts it. */
export function launch(): Promise<Browser> {
  return chromium.launch({ executablePath: program ?? '', args: ['--no-sandbox'] })
}

/** A page of its own. What it complains of is an error of the test, but for requests that were to fail. */
export async function open(browser: Browser, url: string, width = 1200): Promise<Page> {
  const page = await browser.newPage({ viewport: { width, height: 800 } })
  const complaints: string[] = []
  page.on('pageerror', ({ message }) => complaints.push(message))
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      complaints.push(message.text())
  })
  onTestFinished(async () => {
    await page.close()
    if (complaints.length > 0) throw new Error(`the page complained: ${complaints.join('; ')}`)
  })
  await page.goto(url)
  return page
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
