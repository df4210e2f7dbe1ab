import { describe, test } from 'vitest'
import { queueClaims } from '../src/conformance.ts'
import { kinds } from './conformance-kinds.ts'

describe.each(Object.entries(kinds))('an engine %s', (_, kind) => {
  test.each(queueClaims(kind))('$verb: $claim', ({ run }) => run())
})
