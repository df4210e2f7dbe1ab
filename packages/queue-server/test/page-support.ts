import { type Browser, chromium, type Page } from 'playwright'
import { onTestFinished } from 'vitest'
import { chromium as program } from '../../../tooling/testing/chromium.ts'

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
