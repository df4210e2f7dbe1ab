import { accessSync, constants } from 'node:fs'

const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

const { CHROME_PATH, REQUIRE_BROWSER } = process.env

/** The program of a Chromium: the one that CHROME_PATH names, or one where they usually are. None, unless REQUIRE_BROWSER is 1. */
export const chromium: string | undefined = (CHROME_PATH ? [CHROME_PATH] : PLACES).find(isProgram)

/** What is missing if there is none. */
export const WITHOUT = 'no Chromium: install one, or name its program in CHROME_PATH'

if (chromium === undefined && REQUIRE_BROWSER === '1') throw new Error(WITHOUT)

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
