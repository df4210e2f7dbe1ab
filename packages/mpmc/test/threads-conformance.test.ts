import type { DropReason, Receiver, Sender, Value } from '@millrace/channel'
import { channelClaims, type Kind, type Make } from '@millrace/channel/conformance'
import { afterAll, describe, expect, test } from 'vitest'
import { sharedChannel } from '../src/shared.ts'
import { codecs } from './threads/codecs.ts'
import { Remote } from './threads/remote.ts'

type Side = 'sender' | 'receiver'

/** Which ends are in threads of their own, each in another one. */
const places: Record<string, readonly Side[]> = {
  'its sender': ['sender'],
  'its receiver': ['receiver'],
  'each end': ['sender', 'receiver'],
}
const kinds: Record<string, { codec: keyof typeof codecs } & Omit<Kind, 'make'>> = {
  'words, capacity 1': { codec: 'words', capacity: 1 },
  'words, capacity 5': { codec: 'words', capacity: 5 },
  'bytes, capacity 1': { codec: 'bytes', capacity: 1 },
  'bytes, capacity 5': { codec: 'bytes', capacity: 5 },
  'drop-oldest': { codec: 'bytes', capacity: 2, overflow: 'drop-oldest' },
  'drop-newest': { codec: 'words', capacity: 2, overflow: 'drop-newest' },
  reject: { codec: 'words', capacity: 2, overflow: 'reject' },
}

/**
 * Claims that cannot be about an end in another thread: a `select` needs its cases in its own thread, values given by a
 * generator are drawn where it is, and an error arrives as another object. What holds instead is in `threads.test.ts`.
 */
const elsewhere: readonly string[] = [
  'sendMany: rejects with the error of its values as it is, and keeps what it sent',
  'close: gives receivers its error after what was sent before',
  'close: gives its error to receivers that wait',
  'close: counts once: a second close changes nothing',
]

const remotes: Record<Side, Remote> = { sender: new Remote(), receiver: new Remote() }
afterAll(() => Promise.all(Object.values(remotes).map((remote) => remote.end())))

const make =
  (codec: keyof typeof codecs, afar: readonly Side[]): Make =>
  (capacity, { overflow, onDrop }) => {
    const ends = sharedChannel<Value>({ capacity, codec: codecs[codec], overflow, onDrop })
    const { handle } = ends
    const tell = (dropped: unknown) => onDrop?.(...(dropped as [Value, DropReason]))
    const open = <E extends object>(side: Side, near: () => E): E =>
      afar.includes(side) ? remotes[side].attach<E>({ side, handle, codec }, tell) : near()
    const sender = open<Sender<Value>>('sender', () => ends.sender)
    const receiver = open<Receiver<Value>>('receiver', () => ends.receiver)
    const release = () => {
      sender[Symbol.dispose]()
      receiver[Symbol.dispose]()
      for (const side of afar) remotes[side].forget()
    }
    return { sender, receiver, release }
  }

test('what is left out is in the suite', () => {
  const known = channelClaims({ capacity: 1, make: make('words', []) }).map(({ verb, claim }) => `${verb}: ${claim}`)
  expect(known).toEqual(expect.arrayContaining([...elsewhere]))
})

describe.each(Object.entries(places))('with %s in another thread', (_, afar) => {
  describe.each(Object.entries(kinds))('%s', (_, { codec, ...kind }) => {
    const claims = channelClaims({
      ...kind,
      make: make(codec, afar),
      clonesReceivers: true,
      local: false,
      // More than a slow machine takes for a claim, and to start the threads.
      deadlineMs: 50_000,
    })
    const between = claims.filter(({ verb, claim }) => verb !== 'select' && !elsewhere.includes(`${verb}: ${claim}`))
    test.each(between)('$verb: $claim', ({ run }) => run())
  })
})
