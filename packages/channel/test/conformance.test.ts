import { arrayRing, type Ring, type Value } from '@millrace/ring'
import { describe, expect, test } from 'vitest'
import { channelClaims, type Ends } from '../src/conformance.ts'
import { channel, over } from './local.ts'

for (const { verb, claim, run } of channelClaims((capacity) => channel({ capacity }))) {
  describe(verb, () => test(claim, run))
}

/** Channels with one thing wrong each, and a claim that must not hold for them. */
const mutants: Record<string, { make: (capacity: number) => Ends; fails: string }> = {
  'holds one value too many': {
    make: (capacity) => channel({ capacity: capacity + 1 }),
    fails: 'waits while the channel is full, exactly from capacity on',
  },
  'gives the newest value first': {
    make: (capacity) => over(stack(capacity)),
    fails: 'takes values in the order they were sent',
  },
  'loses what is queued at close': {
    make: (capacity) => {
      const ends = channel<Value>({ capacity })
      const close = ends.sender.close.bind(ends.sender)
      ends.sender.close = (error) => {
        while (ends.receiver.tryReceive() !== undefined);
        close(error)
      }
      return ends
    },
    fails: 'delivers values sent before it, then resolves undefined',
  },
  'keeps its close error to itself': {
    make: (capacity) => {
      const ends = channel<Value>({ capacity })
      const close = ends.sender.close.bind(ends.sender)
      ends.sender.close = () => close()
      return ends
    },
    fails: 'gives its error to a receiver that waits',
  },
  'ignores abort': {
    make: (capacity) => {
      const ends = channel<Value>({ capacity })
      const send = ends.sender.send.bind(ends.sender)
      ends.sender.send = (value) => send(value)
      return ends
    },
    fails: 'before the call rejects at once and takes nothing',
  },
}

describe('the suite', () => {
  test.each(Object.entries(mutants))('catches a channel that %s', async (_, { make, fails }) => {
    const claim = channelClaims(make).find(({ claim }) => claim === fails)
    await expect(claim?.run()).rejects.toThrow(/expected/)
  })
})

function stack(capacity: number): Ring<Value> {
  const values: Value[] = []
  const ring = arrayRing<Value>(capacity)
  return {
    capacity,
    get length() {
      return values.length
    },
    push: (value) => values.length < capacity && values.push(value) > 0,
    pop: () => values.pop(),
    popMany: (max) => values.splice(-max).reverse(),
    pushMany: ring.pushMany.bind(ring),
  }
}
