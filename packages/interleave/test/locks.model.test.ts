import { explore, region, sharedMemory } from '@millrace/interleave'
import { describe, expect, test } from 'vitest'
import { dekker, LOCK_NAMES, peterson, ticketLock, visit } from './algorithms/locks.ts'
import { broken } from './broken.ts'

const memory = sharedMemory({ bytes: 64, names: LOCK_NAMES })

describe.each([
  ['peterson', peterson, /threw Error: two are inside/],
  ['dekker', dekker, /threw Error: two are inside/],
  // Two with one ticket get in one after the other, or one of them comes too late for its number.
  ['ticket lock', ticketLock, /loops for ever: load serving → 1/],
] as const)('%s, under every schedule', (_name, lock, failure) => {
  test('lets one actor in at a time, and both in the end', () => {
    const it = lock(memory)
    const report = explore({ memory, actors: { a: () => visit(memory, it, 0), b: () => visit(memory, it, 1) } })
    expect(report.complete).toBe(true)
    expect(report.held).toBeGreaterThan(0)
  })

  test('is caught when broken', () => {
    const it = lock(memory, true)
    const actors = { a: () => visit(memory, it, 0), b: () => visit(memory, it, 1) }
    expect(broken(() => explore({ memory, actors })).message).toMatch(failure)
  })
})

describe('a ticket lock whose holder may die', () => {
  const it = ticketLock(memory)
  const visitor = () => visit(memory, it, 0)

  test('is left locked: who comes next loops for ever', () => {
    const error = broken(() => explore({ memory, actors: { dying: { run: visitor, killable: true }, next: visitor } }))
    expect(error.code).toBe('livelock')
    expect(error.message).toMatch(/next loops for ever: load serving → \d; nobody is left to change it/)
    expect(error.story).toContain('† dies')
  })

  test('is not left locked if death cannot strike inside', () => {
    const dying = { run: () => region(visitor), killable: true }
    expect(explore({ memory, actors: { dying, next: visitor } }).complete).toBe(true)
  })

  test('is not left locked if a recovery serves the next ticket', () => {
    const enter = () => region(() => void memory.atomic.store(24, 1 + memory.atomic.add(16, 1)))
    const run = () => {
      enter()
      while (memory.atomic.load(20) !== memory.atomic.load(24) - 1);
      region(() => {
        memory.atomic.add(20, 1)
        memory.atomic.store(24, 0)
      })
    }
    const afterDeath = () => {
      const ticket = memory.atomic.load(24) - 1
      if (ticket < 0) return
      while (memory.atomic.load(20) !== ticket);
      memory.atomic.add(20, 1)
    }
    const report = explore({ memory, actors: { dying: { run, killable: true, afterDeath }, next: visitor } })
    expect(report.complete).toBe(true)
  })
})
