import { setImmediate as turn } from 'node:timers/promises'
import { attachArena, PARKED_RECEIVERS, PARKED_SENDERS, words } from '@millrace/atomics'
import { u32 } from '@millrace/ring/codec'
import { expect, test } from 'vitest'
import { readReason, writeReason } from '../src/shared/reason.ts'
import { attachShared, openShared, SharedChannelReceiver, SharedChannelSender } from '../src/shared.ts'

test('who waits for the close alone is asleep while values come and go', async () => {
  const { channel, handle } = openShared<number>({ capacity: 2, codec: u32 })
  const arena = attachArena(handle.memory)
  const ends = [new SharedChannelSender(channel), new SharedChannelReceiver(channel)] as const
  let isClosed = false
  const closing = ends[1].whenClosed().then(() => {
    isClosed = true
  })
  for (const value of [1, 2, 3]) {
    await ends[0].send(value)
    await ends[1].receive()
    await turn()
    const parked = [PARKED_RECEIVERS, PARKED_SENDERS].map((line) => words.load(arena, handle.object + line))
    expect([isClosed, ...parked]).toEqual([false, 0, 0])
  }
  ends[0].close()
  await closing
})

test('a permit that outlives the ends keeps the channel, and no longer', async () => {
  const { channel, handle } = openShared<number>({ capacity: 2, codec: u32 })
  const ends = [new SharedChannelSender(channel), new SharedChannelReceiver(channel)] as const
  const permits = [await ends[0].reserve(), await ends[0].reserve()]
  for (const end of ends) end[Symbol.dispose]()
  for (const permit of permits) {
    expect(() => attachShared(handle)).not.toThrow()
    permit[Symbol.dispose]()
  }
  expect(() => attachShared(handle)).toThrow('handle: the channel is gone')
})

test('of two threads that close with a reason at once, one is read', () => {
  const { handle } = openShared<number>({ capacity: 2, codec: u32 })
  const arena = attachArena(handle.memory)
  const reasons = [new Error('first'), new Error('second')]
  expect(reasons.map((reason) => writeReason(arena, handle.object, reason))).toEqual([true, false])
  expect(readReason(arena, handle.object)?.message).toBe('first')
})
