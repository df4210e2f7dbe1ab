import { channelClaims, factoryClaims, type Kind, type Make } from '@millrace/channel/conformance'
import { describe, test } from 'vitest'
import { channel, queue } from '../src/index.ts'

const faces: Record<string, Make> = {
  channel: (capacity, options) => channel({ capacity, ...options }),
  queue: (capacity, options) => queue({ capacity, ...options }),
}

const kinds: Record<string, Omit<Kind, 'make'>> = {
  'capacity 1': { capacity: 1 },
  'capacity 5': { capacity: 5 },
  rendezvous: { capacity: 0 },
  'drop-oldest': { capacity: 2, overflow: 'drop-oldest' },
  'drop-newest': { capacity: 2, overflow: 'drop-newest' },
  reject: { capacity: 2, overflow: 'reject' },
}

for (const [face, make] of Object.entries(faces)) {
  describe.each(Object.entries(kinds))(`${face}, %s`, (_, kind) => {
    test.each(channelClaims({ ...kind, make, clonesReceivers: true }))('$verb: $claim', ({ run }) => run())
  })
}

describe.each(Object.entries({ channel, queue }))('%s', (_, make) => {
  test.each(factoryClaims(make))('$verb $claim', ({ run }) => run())
})
