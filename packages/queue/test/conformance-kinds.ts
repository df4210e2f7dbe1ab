import type { Kind, Make } from '../src/conformance.ts'
import { openQueues, type QueueEngine } from '../src/index.ts'
import { shared } from './conformance-shared.ts'
import { HandClock } from './support.ts'

/** An engine whose clock is wound by hand; what is due happens when somebody looks. */
export const wound: Make = async () => {
  const clock = new HandClock()
  const engine = await openQueues({ path: ':memory:', clock })
  return { engine, advance: (ms) => advance(engine, clock, ms) }
}

const real: Make = async () => ({ engine: await openQueues({ path: ':memory:' }) })

/** The engines in memory. */
export const kinds: Record<string, Kind> = {
  'in memory, whose clock is wound': { make: wound, windsClock: true },
  'in memory': { make: real },
  'shared by connections': { make: shared, windsClock: true, connects: true, reopens: true },
}

async function advance(engine: QueueEngine, clock: HandClock, ms: number): Promise<void> {
  clock.nowMs += ms
  for (const name of (await engine.list()).slice(0, 1)) await engine.stats(name)
}
