/** Runs the suites in a Chromium if there is one. REQUIRE_BROWSER=1 makes it a failure that there is none. */
import { spawnSync } from 'node:child_process'
import { chromium } from './chromium.ts'

if (chromium() === undefined) {
  const reason = 'no Chromium: install one, or name its program in CHROME_PATH'
  if (process.env['REQUIRE_BROWSER'] === '1') throw new Error(reason)
  console.log(`skipped, ${reason}`)
} else {
  const { status, error } = spawnSync('vitest', ['run', ...process.argv.slice(2)], { stdio: 'inherit' })
  if (error !== undefined) throw error
  process.exitCode = status ?? 1
}
