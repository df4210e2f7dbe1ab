import { once } from 'node:events'
import { setImmediate as turn } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { describe, expect, test } from 'vitest'
import { arena } from '../src/arena.ts'
import { LIFE, PARTICIPANTS, SENDERS } from '../src/kernel/layout.ts'
import { slotQueue } from '../src/objects.ts'
import { words } from '../src/words.ts'
import type { Knows } from './workers/between.worker.ts'

/** This thread has an arena and starts one that starts another, which attaches two senders. */
async function started(knows: Knows) {
  const own = arena()
  const object = slotQueue(own, { capacity: 4, slotBytes: 8 })
  const between = new Worker(new URL('./workers/between.worker.ts', import.meta.url), {
    workerData: { handle: own.handle(object), knows },
    execArgv: ['--conditions=@millrace/source'],
  })
  await once(between, 'message')
  const senders = () => words.load(own, object + SENDERS)
  expect(senders()).toBe(2)
  return { own, between, senders }
}

describe('a thread that was started by one between that knows', () => {
  test.each<[Knows, number]>([
    ['the arena', 0],
    ['the handle', 0],
    ['the package', 2],
    ['nothing', 2],
  ])('%s and ends alone: %i of its two senders are still counted', async (knows, left) => {
    const { own, between, senders } = await started(knows)
    between.postMessage('end the one below')
    await once(between, 'message')
    for (let i = 0; i < 3; i++) await turn()
    expect(senders()).toBe(left)
    if (left > 0) {
      const alive = (participant: number) => words.load(own, PARTICIPANTS + participant * 128 + LIFE) === 1
      const others = [...Array(own.participants).keys()].filter((i) => i !== own.participant && alive(i))
      expect(others.map((participant) => own.declareDead(participant))).toEqual([true])
      expect(senders()).toBe(0)
    }
    await between.terminate()
  })

  test.each<[Knows, number]>([
    ['the arena', 0],
    ['the package', 0],
    ['nothing', 2],
  ])('%s and ends with it: %i of its two senders are still counted', async (knows, left) => {
    const { between, senders } = await started(knows)
    await between.terminate()
    expect(senders()).toBe(left)
  })
})
