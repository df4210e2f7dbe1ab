import { describe, test } from 'vitest'
import { channelClaims, factoryClaims } from '../src/conformance.ts'
import { boundedChannel } from '../src/index.ts'
import { everyKind } from './every-kind.ts'

describe.each(Object.entries(everyKind))('%s', (_, kind) => {
  test.each(channelClaims(kind))('$verb: $claim', ({ run }) => run())
})

describe('boundedChannel', () => {
  test.each(factoryClaims(boundedChannel))('$verb $claim', ({ run }) => run())
})
