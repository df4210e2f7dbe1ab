import { setTimeout as delay } from 'node:timers/promises'
import { randomFrom } from '../../../../tooling/testing/random.ts'
import { type Arena, arena as makeArena } from '../../src/arena.ts'
import { BUSY, LENGTH, RESERVED, STATE } from '../../src/kernel/layout.ts'
import { slabBlocks } from '../../src/objects.ts'
import { words } from '../../src/words.ts'
import { type Job, objectFor, startWorker } from './job.ts'

/** What is to be killed, how often. */
export interface Kills {
  readonly seed: number
  readonly rounds: number
  readonly execution: 'wasm' | 'javascript'
  readonly kind: Job['kind']
  readonly slotBytes: number
  readonly capacity: number
  readonly batch: number
}

/** What came of it. */
export interface KillReport {
  /** Values that arrived, of victims and of the survivor. */
  received: number
  /** Values a victim took and had no time to count. */
  inFlight: number
}

/**
 * Starts threads that push or pop, terminates each at a random moment while another goes on, and checks after each death
 * that nothing is stuck, that every value that was surely sent arrives once and in order, and that room and credits are back.
 * Throws with the seed and the round if not.
 */
export async function killThreads(kills: Kills): Promise<KillReport> {
  const random = randomFrom(kills.seed)
  const arena = makeArena({ execution: kills.execution })
  const report: KillReport = { received: 0, inFlight: 0 }
  for (let round = 0; round < kills.rounds; round++) {
    try {
      await (random() < 0.6 ? killPusher(arena, kills, random, report) : killPopper(arena, kills, random, report))
    } catch (error) {
      throw new Error(`seed ${kills.seed}, round ${round}, ${JSON.stringify(kills)}: ${(error as Error).message}`, {
        cause: error,
      })
    }
  }
  return report
}

async function killPusher(arena: Arena, kills: Kills, random: () => number, report: KillReport): Promise<void> {
  const bench = open(arena, kills)
  const survivor = startWorker({ ...bench.job, role: 'push', from: 1, report: bench.reports })
  const victim = startWorker({ ...bench.job, role: 'push', from: 1 + 2 ** 24, report: bench.reports + 512 })
  await Promise.all([survivor.ready, victim.ready])
  const next = [1, 1 + 2 ** 24]
  const take = () => {
    const value = bench.pop()
    if (value < 0) return value
    const sender = value >>> 24
    if (value !== next[sender]) throw new Error(`received ${value}, not ${next[sender]}`)
    next[sender] = value + 1
    report.received++
    return value
  }
  const until = performance.now() + random() * 12
  while (performance.now() < until) take()
  await victim.worker.terminate()
  // The one who lives on gets through, past whatever the dead one left.
  const seen = next[0] as number
  await eventually('the survivor goes on', () => {
    for (let i = 0; i < 100; i++) take()
    return (next[0] as number) > seen + 2 * kills.capacity
  })
  await survivor.worker.terminate()
  let value = take()
  while (value >= 0) value = take()
  if (value === BUSY) throw new Error('a position is stuck')
  for (const sender of [0, 1]) {
    // Nothing is noted before the first.
    const sent = words.load(arena, bench.reports + sender * 512) || 1 + sender * 2 ** 24
    const arrived = next[sender] as number
    // A push may have happened that its thread had no time to note.
    if (arrived < sent || arrived > sent + kills.batch) throw new Error(`sent up to ${sent}, arrived up to ${arrived}`)
  }
  bench.close()
}

async function killPopper(arena: Arena, kills: Kills, random: () => number, report: KillReport): Promise<void> {
  const bench = open(arena, kills)
  const victim = startWorker({ ...bench.job, role: 'pop', from: 0, report: bench.reports })
  await victim.ready
  let sent = 0
  const until = performance.now() + random() * 12
  while (performance.now() < until) if (bench.push(sent + 1)) sent++
  await victim.worker.terminate()
  const taken = words.load(arena, bench.reports)
  let first = 0
  let last = 0
  let value = bench.pop()
  for (; value >= 0; value = bench.pop()) {
    if (last !== 0 && value !== last + 1) throw new Error(`${value} after ${last}`)
    if (first === 0) first = value
    last = value
    report.received++
  }
  if (value === BUSY) throw new Error('a position is stuck')
  if (last !== 0 && last !== sent) throw new Error(`the last was ${last}, not ${sent}`)
  const lost = (first === 0 ? sent : first - 1) - taken
  if (lost < 0 || lost > kills.batch) throw new Error(`${lost} values are lost: taken ${taken}, then from ${first}`)
  report.received += taken
  report.inFlight += lost
  bench.close()
}

/** The object of a round, and how this thread uses it. */
interface Bench {
  readonly job: Omit<Job, 'role' | 'from' | 'report'>
  readonly reports: number
  push(value: number): boolean
  pop(): number
  close(): void
}

function open(arena: Arena, { kind, capacity, slotBytes, batch }: Kills): Bench {
  const object = objectFor(arena, kind, capacity, slotBytes)
  arena.attach(arena.handle(object), 1, 1)
  const block = arena.allocate(4096)
  const scratch = arena.scratch(1024)
  const { i32, u8 } = arena.views()
  u8.fill(0, block + 16, block + 4096)
  const { kernel, participant } = arena
  const blocks = kind === 'slab' ? slabBlocks(arena, object) : 0
  const image = scratch + 128
  const pop = (): number => {
    if (kind === 'record') {
      const answer = kernel.recordPeek(object, scratch)
      if (answer !== 1) return answer === BUSY ? BUSY : -1
      const value = i32[(i32[scratch >> 2] as number) >> 2] as number
      kernel.recordDrop(object)
      return value
    }
    if (kind === 'slab') {
      const answer = kernel.slabTake(object, participant)
      if (answer <= 0) return answer === BUSY ? BUSY : -1
      const value = i32[(blocks + (answer - 1) * 64) >> 2] as number
      kernel.slabFree(object, answer - 1)
      return value
    }
    const answer = kernel.slotPop(object, image)
    if (answer !== 1) return answer === BUSY ? BUSY : -1
    return i32[(image + (slotBytes === 8 ? LENGTH : 8)) >> 2] as number
  }
  const push = (value: number): boolean => {
    if (kind === 'record') {
      i32[image >> 2] = value
      return kernel.recordPush(object, image, 4, 0) === 1
    }
    if (kind === 'slab') {
      const claimed = kernel.slabClaim(object, participant)
      if (claimed <= 0) return false
      u8.fill(0, blocks + (claimed - 1) * 64, blocks + claimed * 64)
      for (let at = 0; at < 64; at += 4) i32[(blocks + (claimed - 1) * 64 + at) >> 2] = value
      if (kernel.slabPublish(object, claimed - 1, 64, 0) === 1) return true
      kernel.slabFree(object, claimed - 1)
      return false
    }
    i32[(image + LENGTH) >> 2] = slotBytes === 8 ? value : slotBytes - 8
    for (let at = 8; at < slotBytes; at += 4) i32[(image + at) >> 2] = value
    return kernel.slotPushMany(object, image, 1, 0) === 1
  }
  /** All room is there again, and no credit is out. */
  const close = (): void => {
    const credits = words.load(arena, object + STATE) & RESERVED
    if (credits !== 0) throw new Error(`${credits} credits are out`)
    const room = kind === 'record' ? 64 : capacity
    for (let i = 1; i <= room; i++) if (!push(i)) throw new Error(`no room for ${i} of ${room}`)
    if (push(99)) throw new Error(`room for more than ${room}`)
    for (let i = 1; i <= room; i++) if (pop() !== i) throw new Error(`what was sent last is not there`)
    arena.detach(object, 1, 1)
    arena.free(block)
  }
  const job = { handle: arena.handle(object), kind, slotBytes, batch, count: 2 ** 24 - 2 }
  return { job, reports: block + 128, push, pop, close }
}

async function eventually(what: string, isSo: () => boolean): Promise<void> {
  const deadline = performance.now() + 60_000
  while (!isSo()) {
    if (performance.now() > deadline) throw new Error(`not within a minute: ${what}`)
    await delay(0)
  }
}
