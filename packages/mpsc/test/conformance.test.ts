import { channelClaims, factoryClaims, type Kind, type Make } from '@millrace/channel/conformance'
import { describe, test } from 'vitest'
import { channel, unboundedChannel } from '../src/index.ts'

const make: Make = (capacity, options) => channel({ capacity, ...options })

const kinds: Record<string, Kind> = {
  'capacity 1': { make, capacity: 1 },
  'capacity 5': { make, capacity: 5 },
  rendezvous: { make, capacity: 0 },
  'drop-oldest': { make, capacity: 2, overflow: 'drop-oldest' },
  'drop-newest': { make, capacity: 2, overflow: 'drop-newest' },
  reject: { make, capacity: 2, overflow: 'reject' },
  unbounded: { make: (_, { onDrop }) => unboundedChannel({ onDrop }), capacity: Number.POSITIVE_INFINITY },
}

describe.each(Object.entries(kinds))('%s', (_, kind) => {
  test.each(channelClaims(kind))('$verb: $claim', ({ run }) => run())
})

describe('channel', () => {
  test.each(factoryClaims(channel))('$verb $claim', ({ run }) => run())
})
