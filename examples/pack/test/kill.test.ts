import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { randomFrom } from '../../../tooling/testing/random.ts'
import { pack } from '../src/pack.ts'
import { verify } from '../src/verify.ts'
import { contents, randomTree, start, temporary, until } from './support.ts'

const SEED = Number(process.env['PACK_SEED'] ?? 11)
const KILLS = 10
/** So many of them at least have to hit a run that goes on, or the test shows nothing. */
const MID_RUN = 3

/** A store after a kill holds whole objects or nothing: each of them is one of the complete store. */
function expectPartOf(store: string, complete: readonly string[]): void {
  const whole = new Set(complete)
  for (const file of contents(store).filter((line) => line.startsWith('/objects/'))) expect(whole).toContain(file)
}

describe('SIGKILL', () => {
  it(`at any moment leaves a store that a rerun completes to the same bytes (PACK_SEED=${SEED})`, async () => {
    const base = temporary()
    const next = randomFrom(SEED)
    const folder = randomTree(join(base, 'in'), SEED, 400)
    const started = performance.now()
    await pack({ folder, store: join(base, 'whole') })
    let durationMs = performance.now() - started
    const complete = contents(join(base, 'whole'))
    let midRun = 0
    for (let round = 0; round < KILLS || midRun < MID_RUN; round++) {
      // Rounds in the same store, so that a rerun may be killed as well; the last ones begin anew.
      const store = join(base, `store-${round < 5 ? 'same' : round}`)
      const child = start([folder, '--to', store], { stdio: 'ignore' })
      const exited = once(child, 'exit')
      await until(() => isLocked(store, child.pid) || child.exitCode !== null)
      const lockedAt = performance.now()
      void exited.then(() => {
        // A run that ended before its kill shows how long one takes just now.
        if (child.signalCode === null) durationMs = Math.min(durationMs, performance.now() - lockedAt)
      })
      const delayMs = next() * durationMs
      await new Promise((resolve) => setTimeout(resolve, delayMs))
      child.kill('SIGKILL')
      await exited
      if (isLocked(store, child.pid)) midRun++
      expectPartOf(store, complete)
      if (round < 4) continue
      expect(await pack({ folder, store })).toMatchObject({ files: 400, problems: [] })
      expect(contents(store)).toEqual(complete)
    }
    expect(await verify({ store: join(base, 'store-same') })).toMatchObject({ files: 400, problems: [] })
  }, 300_000) // Some twenty processes, on a machine that may be busy.
})

function isLocked(store: string, pid: number | undefined): boolean {
  try {
    return readdirSync(store).some((name) => name.startsWith(`lock-${pid}-`))
  } catch {
    return false
  }
}
