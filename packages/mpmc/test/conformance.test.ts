import { channelClaims } from '@millrace/channel/conformance'
import { describe, test } from 'vitest'
import { channel } from '../src/index.ts'

for (const { verb, claim, run } of channelClaims((capacity) => channel({ capacity }))) {
  describe(verb, () => test(claim, run))
}
