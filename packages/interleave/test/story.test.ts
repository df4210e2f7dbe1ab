import { choose, explore, point, replay, sharedMemory, step } from '@millrace/interleave'
import { describe, expect, test } from 'vitest'
import { PARK_NAMES, parkKernel } from './algorithms/park.ts'
import { QUEUE_NAMES, queueKernel } from './algorithms/queue.ts'
import { broken } from './broken.ts'

const memory = sharedMemory({ bytes: 64, names: QUEUE_NAMES })

function publishedTooEarly() {
  const { init, push, pop } = queueKernel(memory, 'stamp before value')
  return {
    memory,
    setup: init,
    actors: { push: () => push(7), pop },
    check: ({ results }: { results: { pop: number | undefined } }) => {
      if (results.pop === 0) throw new Error('popped 0, which nobody pushed')
    },
  }
}

describe('the story of a failing schedule', () => {
  test('names every step in the column of its actor, and ends with what broke', () => {
    expect(broken(() => explore(publishedTooEarly())).message).toBe(
      `
popped 0, which nobody pushed

      a push               b pop
      ───────────────────  ───────────────────
   1  load tail → 0
   2  load stamp0 → 0
   3  cmpxchg tail 0→1 ok
   4  store stamp0 = 1
   5                       load head → 0
   6                       load stamp0 → 1
   7                       cmpxchg head 0→1 ok
   8                       read value0 → 0
   9                       store stamp0 = 2
  10  write value0 = 7
      ───────────────────  ───────────────────
      returns true         returns 0

✗ popped 0, which nobody pushed
  replay('a4b5a', …) · 1 preemption
`.trim(),
    )
  })

  test('tells who is parked, who is woken, who dies, who takes over', () => {
    const { init, push, pop } = queueKernel(memory)
    const story = replay('ca2a!eb2dd=1', {
      memory,
      setup: init,
      actors: {
        push: { run: () => push(7), killable: true, afterDeath: () => memory.notify(32) },
        pop,
        wait: () => memory.wait(32, 0),
        note: () => {
          point('begins')
          return choose(2, 'coin')
        },
      },
    })
    expect(story).toBe(
      `
      a push             b pop              c wait             d note             e after push
      ─────────────────  ─────────────────  ─────────────────  ─────────────────  ─────────────────
   1                                        wait value1+12 =
                                              0: parks
   2  load tail → 0
   3  load stamp0 → 0
   4  † dies                                                                      begins
   5                                        ◂ woken                               notify value1+12:
                                                                                    wakes 1
   6                     load head → 0
   7                     load stamp0 → 0
   8                                                           · begins
   9                                                           coin → 1
      ─────────────────  ─────────────────  ─────────────────  ─────────────────  ─────────────────
      dead               returns            returns 'ok'       returns 1          returns 1

replay('ca2a!eb2dd=1', …) · 0 preemptions
`.slice(1, -1),
    )
  })

  test('stays within 100 columns for four actors with long names of places', () => {
    const long = sharedMemory({
      bytes: 64,
      names: { 0: 'receivers.parkedFlag', 8: 'senders.reservedPermits', 12: 'senders.state' },
    })
    const actor = () => {
      long.pair.cmpxchg(8, 0, 0, 1, 1)
      long.atomic.add(0, 1)
    }
    const story = replay('abcd', { memory: long, actors: { first: actor, second: actor, third: actor, fourth: actor } })
    for (const line of story.split('\n')) expect(line.length).toBeLessThanOrEqual(100)
    expect(story.split('\n').slice(2, 7)).toEqual([
      '   1  cmpxchg',
      '        senders.',
      '        reservedPermits,',
      '        senders.state',
      '        0,0→1,1 ok',
    ])
  })

  test('folds what a looping actor repeats', () => {
    const actors = { spinner: () => while1(), other: () => memory.atomic.store(0, 2) }
    function while1(): void {
      while (memory.atomic.load(0) !== 1);
    }
    const error = broken(() => explore({ memory, actors }))
    expect(error.code).toBe('livelock')
    expect(error.story).toMatch(/⋮ and so on, \d+ steps/)
    expect(error.story.split('\n').length).toBeLessThan(20)
  })

  test('leaves out the middle of what is too long to read', () => {
    const actor = () => {
      for (let turn = 0; turn < 400; turn++) memory.atomic.add(0, 1)
      throw new Error('at last')
    }
    const error = broken(() => explore({ memory, actors: { actor } }))
    expect(error.story).toContain('⋮  200 rows left out')
    expect(error.message).toContain('actor threw Error: at last')
  })

  test('tells what a step of the host answered', () => {
    const actors = { a: () => step('take', (queue: string[]) => queue.shift()), b: () => step('look', () => undefined) }
    expect(replay('ba', { setup: () => ['tea'], actors })).toContain("take → 'tea'")
  })
})

describe('replay', () => {
  test('breaks what the schedule of an error broke, in the same words', () => {
    const parking = sharedMemory({ bytes: 64, names: PARK_NAMES })
    const { send, receive } = parkKernel(parking, 'epoch, look again, count')
    const options = { memory: parking, actors: { send, receive } }
    const error = broken(() => explore(options))
    expect(broken(() => replay(error.schedule, options)).message).toBe(error.message)
  })

  test('runs on after the last turn, one actor after the other', () => {
    const options = publishedTooEarly()
    expect(replay('', options)).toContain("replay('a5b5', …) · 0 preemptions")
    expect(replay('b', options)).toContain("replay('b2a5', …) · 0 preemptions")
  })

  test('refuses a turn that cannot be taken', () => {
    const options = publishedTooEarly()
    expect(() => replay('a9', options)).toThrow(new TypeError('schedule: a cannot be taken at step 6'))
    expect(() => replay('z', options)).toThrow(new TypeError('schedule: z cannot be taken at step 1'))
    expect(() => replay('a!', options)).toThrow(new TypeError('schedule: a! cannot be taken at step 1'))
    expect(() => replay('a~', options)).toThrow(new TypeError('schedule: a~ cannot be taken at step 1'))
    expect(() => replay('a=0', options)).toThrow(new TypeError('schedule: a=0 cannot be taken at step 1'))
    expect(() => replay('a?', options)).toThrow(new TypeError('schedule: "?" is no turn in "a?"'))
  })
})
