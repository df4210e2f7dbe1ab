import { describe, test } from 'vitest'
import { queueClaims } from '../src/conformance.ts'
import { diskKinds } from './conformance-kinds.ts'

/** Claims that the disk does not keep yet. One that it does keep fails here, and leaves the list. */
const notYet = [
  'an engine on disk: finds how many came back or were dropped because their time was over',
  'an engine on disk, whose clock is wound, in small segments and little memory: finds how many came back or were dropped because their time was over',
  'an engine on disk, whose clock is wound, in small segments and little memory: and reopened now and then: each message is where a plain list would have it',
]

describe.each(Object.entries(diskKinds))('an engine %s', (name, kind) => {
  for (const { verb, claim, run } of queueClaims(kind)) {
    const isKept = !notYet.includes(`an engine ${name}: ${claim}`)
    test(`${verb}: ${claim}`, { fails: !isKept }, () => run())
  }
})
