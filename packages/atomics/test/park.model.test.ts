import { explore } from '@millrace/interleave'
import { describe } from 'vitest'
import { BUSY, CLOSED_BY_SENDERS, ENDED, NONE, PARKED_RECEIVERS, PARKED_SENDERS } from '../src/kernel/layout.ts'
import { type ModelRig, proves } from './model.ts'
import { IMAGES, OBJECT, placeSlots } from './rig.ts'

/** Parks at a line until `attempt` answers something; the loop of the layers above. */
function waiting({ kernel, memory }: ModelRig, line: number, attempt: () => number): number {
  for (;;) {
    let answer = attempt()
    if (answer !== NONE && answer !== BUSY) return answer
    const epoch = kernel.parkBegin(OBJECT + line)
    answer = attempt()
    if (answer !== NONE && answer !== BUSY) return answer
    memory.wait(OBJECT + line + 4, epoch)
  }
}

function receive(rig: ModelRig, out: number): number {
  return waiting(rig, PARKED_RECEIVERS, () => rig.kernel.slotPop(OBJECT, out))
}

function send(rig: ModelRig, value: number): number {
  return waiting(rig, PARKED_SENDERS, () => rig.kernel.slotPush(OBJECT, value, 0))
}

describe('parking', () => {
  proves(
    'one sender strands no receiver',
    { of: 'parkBegin', line: 'atomic.store<i32>(line, 1)', becomes: 'load<i32>(line)' },
    (rig) =>
      explore({
        memory: rig.memory,
        setup: () => placeSlots(rig, { capacity: 1, slotBytes: 8 }),
        actors: { send: () => send(rig, 11), receive: () => receive(rig, IMAGES) },
        check: ({ results: { send, receive } }) => send === 1 && receive === 1,
      }),
  )

  proves(
    'a waiter whose flag was lowered for another is woken with it',
    {
      of: 'parkBegin',
      line: 'const epoch: i32 = atomic.load<i32>(line, EPOCH)',
      becomes: 'atomic.store<i32>(line, 1); const epoch: i32 = atomic.load<i32>(line, EPOCH); return epoch',
    },
    (rig) =>
      explore({
        memory: rig.memory,
        setup: () => placeSlots(rig, { capacity: 2, slotBytes: 8 }),
        actors: {
          sender: () => send(rig, 11) + send(rig, 12),
          one: () => receive(rig, IMAGES),
          two: () => receive(rig, IMAGES + 8),
        },
        check: ({ results: { one, two } }) => one === 1 && two === 1,
        preemptions: 3,
      }),
  )

  proves(
    'a waiter that read the epoch early still hears of what came after its look',
    { of: 'wakeAll', line: 'atomic.add<i32>(line, 1, EPOCH)', becomes: '' },
    (rig) =>
      explore({
        memory: rig.memory,
        setup: () => placeSlots(rig, { capacity: 1, slotBytes: 8 }),
        actors: { send: () => send(rig, 11), receive: () => receive(rig, IMAGES) },
      }),
  )

  proves(
    'the flag is read only after what it stands for is published',
    {
      of: 'slotPush',
      line: 'atomic.store<i32>(slot, (tail + 1) | 0)',
      becomes: 'wake(queue + PARKED_RECEIVERS); atomic.store<i32>(slot, (tail + 1) | 0); return 1',
    },
    (rig) =>
      explore({
        memory: rig.memory,
        setup: () => placeSlots(rig, { capacity: 1, slotBytes: 8 }),
        actors: { send: () => send(rig, 11), receive: () => receive(rig, IMAGES) },
      }),
  )

  proves(
    'two values through one place strand neither side',
    {
      of: 'slotPop',
      line: 'atomic.store<i32>(slot, (head + mask + 1) | 0)',
      becomes: 'wake(queue + PARKED_SENDERS); atomic.store<i32>(slot, (head + mask + 1) | 0); return 1',
    },
    (rig) =>
      explore({
        memory: rig.memory,
        setup: () => placeSlots(rig, { capacity: 1, slotBytes: 8 }),
        actors: {
          sender: () => send(rig, 11) + send(rig, 12),
          receiver: () => receive(rig, IMAGES) + receive(rig, IMAGES),
        },
        check: ({ results: { sender, receiver } }) => sender === 2 && receiver === 2,
        preemptions: 4,
      }),
  )

  proves(
    'two senders strand neither of two receivers',
    {
      of: 'wakeParked',
      line: '!== 0) wakeAll(line)',
      becomes: '!== 0) { atomic.add<i32>(line, 1, EPOCH); atomic.notify(line + EPOCH, 1) }',
    },
    (rig) =>
      explore({
        memory: rig.memory,
        setup: () => placeSlots(rig, { capacity: 2, slotBytes: 8 }),
        actors: {
          first: () => send(rig, 11),
          second: () => send(rig, 12),
          one: () => receive(rig, IMAGES),
          two: () => receive(rig, IMAGES + 8),
        },
        check: ({ results: { one, two } }) => one === 1 && two === 1,
        preemptions: 2,
      }),
  )

  proves(
    'a close wakes those who are parked, on both sides',
    { of: 'objectClose', line: 'wakeAll(object + PARKED_SENDERS)', becomes: '' },
    (rig) =>
      explore({
        memory: rig.memory,
        setup: () => {
          placeSlots(rig, { capacity: 1, slotBytes: 8 })
          rig.kernel.slotPush(OBJECT, 11, 0)
        },
        actors: {
          close: () => rig.kernel.objectClose(OBJECT, CLOSED_BY_SENDERS),
          sender: () => send(rig, 12),
        },
        check: ({ results: { sender } }) => sender === ENDED,
      }),
  )

  proves(
    'the last credit given back after a close wakes those who wait for the end',
    { of: 'release', line: 'wake(object + PARKED_RECEIVERS)', becomes: '{}' },
    (rig) =>
      explore({
        memory: rig.memory,
        setup: () => {
          placeSlots(rig, { capacity: 1, slotBytes: 8 })
          rig.kernel.reserve(OBJECT, 1, IMAGES + 64)
          rig.kernel.objectClose(OBJECT, CLOSED_BY_SENDERS)
        },
        actors: {
          release: () => rig.kernel.release(OBJECT, 1, IMAGES + 64),
          receiver: () => receive(rig, IMAGES),
        },
        check: ({ results: { receiver } }) => receiver === ENDED,
      }),
  )
})
