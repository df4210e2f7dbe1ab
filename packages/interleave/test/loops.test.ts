import { explore, pause, sharedMemory, step } from '@millrace/interleave'
import { describe, expect, test } from 'vitest'
import { broken } from './broken.ts'

const memory = sharedMemory({ bytes: 64, names: { 0: 'flag', 4: 'other' } })
const raise = () => memory.atomic.store(0, 1)

describe('an actor that loops', () => {
  test('goes on once what it reads has changed', () => {
    const waiter = () => {
      while (memory.atomic.load(0) === 0);
    }
    const report = explore({ memory, actors: { waiter, raise } })
    expect(report).toMatchObject({ complete: true })
    expect(report.held).toBeGreaterThan(0)
  })

  test('is held by a pause before it repeats anything', () => {
    const waiting = (isPausing: boolean) => () => {
      while (memory.atomic.load(0) === 0) if (isPausing) pause()
    }
    const paused = explore({ memory, actors: { waiter: waiting(true), raise } })
    const looped = explore({ memory, actors: { waiter: waiting(false), raise } })
    expect(paused.schedules).toBe(2)
    expect(looped.schedules).toBe(6)
  })

  test('is not held by a pause if what it read has changed since', () => {
    const seen = new Set<number>()
    const waiter = () => {
      let rounds = 0
      for (; memory.atomic.load(0) < 2; rounds++) {
        memory.atomic.load(4)
        pause()
      }
      return rounds
    }
    const count = () => {
      memory.atomic.add(0, 1)
      memory.atomic.add(0, 1)
    }
    explore({ memory, actors: { waiter, count }, check: ({ results }) => seen.add(results.waiter) })
    expect([...seen].sort()).toEqual([0, 1, 2])
  })

  test('that counts its rounds gives up in every order, if it has fewer than `rounds`', () => {
    const trying = (rounds: number) => () => {
      for (let round = 0; round < rounds; round++) if (memory.atomic.load(0) === 1) return `round ${round}`
      return 'gave up'
    }
    const outcomes = (rounds: number, reduce: boolean) => {
      const seen = new Set<string>()
      const raising = () => {
        raise()
        memory.atomic.add(4, 1)
      }
      explore({
        memory,
        actors: { raising, trying: trying(rounds) },
        reduce,
        check: ({ results }) => seen.add(results.trying),
      })
      return seen.size
    }
    expect(outcomes(4, true)).toBe(5)
    expect(outcomes(4, false)).toBe(5)
  })

  test('that counts its rounds gives up when nobody else can run, if it has more', () => {
    const trying = () => {
      for (let round = 0; round < 50; round++) if (memory.atomic.load(0) === 1) return true
      return false
    }
    const other = () => memory.atomic.store(0, 2)
    expect(explore({ memory, actors: { trying, other }, check: ({ results }) => !results.trying }).complete).toBe(true)
  })

  test('with an exchange that changes nothing is held as well', () => {
    const lock = () => {
      while (memory.atomic.xchg(0, 1) === 1);
      memory.atomic.store(0, 0)
    }
    expect(explore({ memory, actors: { a: lock, b: lock, c: lock } }).complete).toBe(true)
  })

  test('on a step of the host that writes nothing is held as well', () => {
    const actors = {
      waiter: () => {
        while (!step('look', (state: { isOpen: boolean }) => state.isOpen, { reads: ['door'] }));
      },
      opener: () =>
        step(
          'open',
          (state: { isOpen: boolean }) => {
            state.isOpen = true
          },
          { writes: ['door'] },
        ),
    }
    expect(explore({ setup: () => ({ isOpen: false }), actors }).complete).toBe(true)
  })

  test('for ever, each waiting for the other, is a livelock', () => {
    const waiting = (ptr: number) => () => {
      while (memory.atomic.load(ptr) === 0);
      memory.atomic.store(4 - ptr, 1)
    }
    const error = broken(() => explore({ memory, actors: { a: waiting(0), b: waiting(4) } }))
    expect(error.code).toBe('livelock')
    expect(error.message).toContain('a loops for ever: load flag → 0; nobody is left to change it')
    expect(error.message).toContain('b loops for ever: load other → 0; nobody is left to change it')
  })

  test('for ever, and changes something, is a livelock after `maxSteps`', () => {
    const actor = () => {
      for (;;) memory.atomic.add(0, 1)
    }
    const error = broken(() => explore({ memory, actors: { actor }, maxSteps: 100 }))
    expect(error.code).toBe('livelock')
    expect(error.message).toContain('actor took 100 steps and did not end')
  })
})
