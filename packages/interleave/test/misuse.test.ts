import { type ActorLike, choose, explore, pause, point, region, sharedMemory, step } from '@millrace/interleave'
import { describe, expect, test } from 'vitest'
import { broken } from './broken.ts'

const memory = sharedMemory({ bytes: 64 })
const { atomic } = memory
const nothing = () => undefined

describe('explore refuses', () => {
  const actors = { nothing }
  test.each([
    ['no options', undefined, TypeError, 'options: expected { actors, … }, got undefined'],
    ['no actors', {}, TypeError, 'actors: expected functions by name, got undefined'],
    ['too few actors', { actors: {} }, RangeError, 'actors: expected an integer from 1 to 26, got 0'],
    ['an actor that is no function', { actors: { a: 1 } }, TypeError, 'actors.a: expected a function, got undefined'],
    [
      'a recovery that is no function',
      { actors: { a: { run: nothing, killable: true, afterDeath: 1 } } },
      TypeError,
      'actors.a.afterDeath: expected a function, got 1',
    ],
    [
      'a recovery from a death that cannot be',
      { actors: { a: { run: nothing, afterDeath: nothing } } },
      TypeError,
      'actors.a.afterDeath: the actor is not killable',
    ],
    ['a memory of another make', { actors, memory: {} }, TypeError, 'memory: expected a sharedMemory(), got {}'],
    ['a setup that is no function', { actors, setup: 1 }, TypeError, 'setup: expected a function, got 1'],
    ['a check that is no function', { actors, check: 1 }, TypeError, 'check: expected a function, got 1'],
    [
      'negative preemptions',
      { actors, preemptions: -1 },
      RangeError,
      'preemptions: expected an integer from 0, got -1',
    ],
    ['no runs', { actors, maxRuns: 0 }, RangeError, 'maxRuns: expected an integer from 1, got 0'],
    ['half a step', { actors, maxSteps: 0.5 }, RangeError, 'maxSteps: expected an integer from 1, got 0.5'],
    ['one round', { actors, rounds: 1 }, RangeError, 'rounds: expected an integer from 2 to 60, got 1'],
    ['a reduction that is no boolean', { actors, reduce: 1 }, TypeError, 'reduce: expected a boolean, got 1'],
  ])('%s', (_claim, options, kind, message) => {
    expect(() => explore(options as never)).toThrow(new kind(message))
  })

  test('27 actors', () => {
    const many: Record<string, ActorLike> = {}
    for (let index = 0; index < 27; index++) many[`actor ${index}`] = nothing
    expect(() => explore({ actors: many })).toThrow(new RangeError('actors: expected an integer from 1 to 26, got 27'))
  })

  test('a check that answers a promise', () => {
    expect(() => explore({ actors, check: async () => true })).toThrow('check: a claim is synchronous, got a promise')
  })
})

describe('an actor', () => {
  test('that is asynchronous is refused', () => {
    expect(() => explore({ actors: { a: async () => 1 } })).toThrow(
      new TypeError('a: an actor is synchronous and returns no promise'),
    )
  })

  test('that depends on something else than its answers is refused', () => {
    let runs = 0
    const actor = () => {
      atomic.load(0)
      atomic.load(4 * (runs++ % 3))
      atomic.load(8)
    }
    expect(() => explore({ memory, actors: { actor } })).toThrow(
      /actor: not deterministic: after the same 1 answers came "load @\d", now "load @\d"/,
    )
  })

  test('that ends early the next time is refused', () => {
    let runs = 0
    const actor = () => {
      atomic.load(0)
      if (runs++ < 1) atomic.load(4)
    }
    expect(() => explore({ memory, actors: { actor } })).toThrow(
      /after the same 1 answers came "load @4", now "its end"/,
    )
  })

  test('that catches what stops it is refused', () => {
    const actor = () => {
      try {
        atomic.load(0)
      } catch {}
    }
    expect(() => explore({ memory, actors: { actor } })).toThrow(/^actor: catches what stops it/)
  })

  test('may take steps in a finally, and rethrow', () => {
    const actor = () => {
      try {
        atomic.add(0, 1)
      } finally {
        atomic.add(0, 1)
      }
    }
    expect(explore({ memory, actors: { actor, other: actor }, check: () => memory.load(0) === 4 }).schedules).toBe(6)
  })

  test('cannot explore', () => {
    const actor = () => explore({ actors: { nothing } })
    expect(broken(() => explore({ actors: { actor } })).message).toContain('explore: an actor cannot explore')
  })

  test('that throws, fails with the schedule and the cause', () => {
    const cause = new Error('spilled')
    const actor = () => {
      if (atomic.add(0, 1) === 1) throw cause
    }
    const error = broken(() => explore({ memory, actors: { actor, other: actor } }))
    expect(error).toMatchObject({ code: 'throw', cause, schedule: 'ab' })
    expect(error.message).toMatch(/^other threw Error: spilled\n/)
  })
})

describe('a step', () => {
  test('that answers an object is refused', () => {
    const actor = () => step('look', (() => ({})) as never)
    expect(broken(() => explore({ actors: { actor } })).message).toMatch(
      /look: a step answers with a primitive, got {}/,
    )
  })

  test('that throws, fails with the schedule', () => {
    const actor = () => {
      step('spill', () => {
        throw new RangeError('spilled')
      })
    }
    expect(broken(() => explore({ actors: { actor } })).message).toMatch(/^actor threw RangeError: spilled/)
  })

  test('of the host, a wait and a choice are for actors only; the rest does what it can', () => {
    expect(() => step('look', () => 1)).toThrow(new TypeError('look: only an actor can do this'))
    expect(() => memory.wait(0, 0)).toThrow(new TypeError('wait @0 = 0: only an actor can do this'))
    expect(() => choose(2)).toThrow(new TypeError('choose: only an actor can do this'))
    expect(() => choose(0)).toThrow(RangeError)
    expect(region(() => 1)).toBe(1)
    expect([pause(), point('here'), memory.notify(0)]).toEqual([undefined, undefined, 0])
  })
})
