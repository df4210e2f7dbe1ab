import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Kind, Make } from '../src/conformance.ts'
import { type OpenOptions, openQueues, type QueueEngine } from '../src/index.ts'
import { remote, shared } from './conformance-shared.ts'
import { HandClock } from './support.ts'

/** More than a slow machine takes for a claim. */
const deadlineMs = 50_000

/** An engine whose clock is wound by hand; what is due happens when somebody looks. */
export const wound: Make = async () => {
  const clock = new HandClock()
  const engine = await openQueues({ path: ':memory:', clock })
  return { engine, advance: (ms) => advance(engine, clock, ms) }
}

const real: Make = async () => ({ engine: await openQueues({ path: ':memory:' }) })

/** An engine on disk, in a folder of its own. */
const disk =
  (options: Partial<OpenOptions>, clock?: HandClock): Make =>
  async () => {
    const path = await mkdtemp(join(tmpdir(), 'millrace-queue-'))
    const open = () => openQueues({ path, clock, ...options })
    let last = await open()
    return {
      engine: last,
      advance: (ms) => advance(last, clock as HandClock, ms),
      async reopen() {
        await last.close()
        last = await open()
        return last
      },
      release: () => rm(path, { recursive: true }),
    }
  }

/** The engines in memory. */
export const kinds: Record<string, Kind> = {
  'in memory, whose clock is wound': { make: wound, windsClock: true, deadlineMs },
  'in memory': { make: real, deadlineMs },
  'shared by connections': { make: shared, windsClock: true, connects: true, reopens: true, deadlineMs },
  'shared by connections from afar': { make: remote, windsClock: true, connects: true, reopens: true, deadlineMs },
}

/** The engines on disk. */
export const diskKinds: Record<string, Kind> = {
  'on disk': { make: disk({ sync: 'always' }), reopens: true, deadlineMs },
  'on disk, whose clock is wound, in small segments and little memory': {
    make: () => disk({ sync: 'never', segmentBytes: 4_096, memoryBytes: 64 }, new HandClock())(),
    windsClock: true,
    reopens: true,
    deadlineMs,
  },
  'on disk, whose clock is wound, with a file for each frame and no body in memory': {
    make: () => disk({ sync: 'always', segmentBytes: 1, memoryBytes: 0 }, new HandClock())(),
    windsClock: true,
    reopens: true,
    deadlineMs,
  },
}

async function advance(engine: QueueEngine, clock: HandClock, ms: number): Promise<void> {
  clock.nowMs += ms
  for (const name of (await engine.list()).slice(0, 1)) await engine.stats(name)
}
