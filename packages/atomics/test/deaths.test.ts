import { Worker } from 'node:worker_threads'
import { describe, expect, test } from 'vitest'
import { arena } from '../src/arena.ts'
import { provideKernel } from '../src/execution.ts'
import { kernel } from '../src/javascript.ts'
import {
  CLOSED_BY_SENDERS,
  ENDED,
  LIFE,
  PARENT,
  PARKED_RECEIVERS,
  PARTICIPANTS,
  RECEIVERS,
  RESERVED,
  SENDERS,
  STATE,
  THREAD,
} from '../src/kernel/layout.ts'
import { slotQueue } from '../src/objects.ts'
import { waitForWake } from '../src/wait.ts'
import { words } from '../src/words.ts'

provideKernel(kernel)

type End =
  | 'returns'
  | 'throws'
  | 'exits'
  | 'is terminated'
  | 'parks and is terminated'
  | 'starts another and is terminated'

describe.each(['wasm', 'javascript'] as const)('a thread of the %s kernel that', (execution) => {
  test.each<End>([
    'returns',
    'throws',
    'exits',
    'is terminated',
    'parks and is terminated',
    'starts another and is terminated',
  ])('%s leaves no endpoint, no credit and no place among the participants', async (end) => {
    const own = arena({ execution, participants: 3 })
    const object = slotQueue(own, { capacity: 4, slotBytes: 8 })
    own.attach(own.handle(object), 0, 1)
    const line = object + PARKED_RECEIVERS
    const dead: number[] = []
    own.onDeath((participant) => dead.push(participant))
    // Twice, so that the place it had is used again.
    for (let round = 0; round < 2; round++) {
      const sender = slotQueue(own, { capacity: 4, slotBytes: 8 })
      const worker = new Worker(new URL('./workers/dying.worker.ts', import.meta.url), {
        workerData: { handle: own.handle(sender), end },
        execArgv: ['--conditions=@millrace/source'],
      })
      own.attach(own.handle(sender), 0, 1)
      const gone = new Promise<void>((resolve) => worker.once('exit', () => resolve()))
      worker.once('error', () => {})
      await new Promise<void>((resolve) => worker.once('message', () => resolve()))
      const woken = new Promise<void>((resolve) => {
        const at = sender + PARKED_RECEIVERS
        waitForWake(own, at, own.kernel.parkBegin(at), resolve)
      })
      if (end.endsWith('is terminated')) worker.terminate()
      else worker.postMessage('go')
      await gone
      await woken
      expect(words.load(own, sender + SENDERS)).toBe(0)
      expect(words.load(own, sender + RECEIVERS)).toBe(1)
      expect(words.load(own, sender + STATE) & RESERVED).toBe(0)
      expect(words.load(own, sender + STATE) & CLOSED_BY_SENDERS).toBe(CLOSED_BY_SENDERS)
      // What it sent is there.
      const out = own.scratch()
      const answers = [
        own.kernel.slotPop(sender, out),
        own.views().i32[(out + 4) >> 2],
        own.kernel.slotPop(sender, out),
      ]
      expect(answers).toEqual([1, 11, ENDED])
      own.detach(sender, 0, 1)
    }
    expect(dead).toEqual(end.startsWith('starts') ? [1, 2, 1, 2].map(() => expect.any(Number)) : [1, 1])
    expect(words.load(own, line)).toBe(0)
  })
})

test('a death that is heard of late repairs nobody who came after', () => {
  const own = arena({ participants: 2 })
  expect(own.kernel.participantJoin(77, 76)).toBe(1)
  expect(own.declareDead(1)).toBe(true)
  expect([THREAD, PARENT, LIFE].map((word) => words.load(own, PARTICIPANTS + 128 + word))).toEqual([0, 0, 0])
  // A newcomer that has taken the place and not yet written its number.
  words.store(own, PARTICIPANTS + 128 + LIFE, 1)
  own.threadDied(77)
  own.threadDied(76)
  expect(words.load(own, PARTICIPANTS + 128 + LIFE)).toBe(1)
  // Whose parent ended with it before it wrote it.
  words.store(own, PARTICIPANTS + 128 + PARENT, 88)
  own.threadDied(88)
  expect([0, 1].map((participant) => words.load(own, PARTICIPANTS + participant * 128 + LIFE))).toEqual([1, 0])
})

test('a death is repaired once, by whoever learns of it first', async () => {
  const own = arena()
  const object = slotQueue(own, { capacity: 4, slotBytes: 8 })
  const worker = new Worker(new URL('./workers/dying.worker.ts', import.meta.url), {
    workerData: { handle: own.handle(object), end: 'is terminated' },
    execArgv: ['--conditions=@millrace/source'],
  })
  await new Promise<void>((resolve) => worker.once('message', () => resolve()))
  expect([own.declareDead(1), own.declareDead(1)]).toEqual([true, false])
  expect(words.load(own, object + SENDERS)).toBe(0)
  await worker.terminate()
  expect(own.declareDead(1)).toBe(false)
})
