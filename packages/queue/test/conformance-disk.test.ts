import { describe, test } from 'vitest'
import { queueClaims } from '../src/conformance.ts'
import { diskKinds } from './conformance-kinds.ts'

describe.each(Object.entries(diskKinds))('an engine %s', (_, kind) => {
  for (const { verb, claim, run } of queueClaims(kind)) test(`${verb}: ${claim}`, run)
})
