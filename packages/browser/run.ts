/** Runs the suites in a Chromium if there is one. REQUIRE_BROWSER=1 makes it a failure that there is none. */
import { spawnSync } from 'node:child_process'
import { chromium, WITHOUT } from '../../tooling/testing/chromium.ts'

if (chromium === undefined) console.log(`skipped, ${WITHOUT}`)
else {
  const { status, error } = spawnSync('vitest', ['run', ...process.argv.slice(2)], { stdio: 'inherit' })
  if (error !== undefined) throw error
  process.exitCode = status ?? 1
}
