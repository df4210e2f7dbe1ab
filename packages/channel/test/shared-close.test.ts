import { setImmediate as turn } from 'node:timers/promises'
import { attachArena, PARKED_RECEIVERS, PARKED_SENDERS, words } from '@millrace/atomics'
import { u32 } from '@millrace/ring/codec'
import { expect, test } from 'vitest'
import { openShared, SharedChannelReceiver, SharedChannelSender } from '../src/shared.ts'

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
