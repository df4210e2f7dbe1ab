import { describe, test } from 'vitest'
import { queueClaims } from '../src/conformance.ts'
import { diskKinds } from './conformance-kinds.ts'

describe.each(Object.entries(diskKinds))('an engine %s', (_, kind) => {
  test.each(queueClaims(kind))('$verb: $claim', ({ run }) => run())
})
