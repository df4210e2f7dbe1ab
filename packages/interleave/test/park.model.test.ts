import { explore, replay, sharedMemory } from '@millrace/interleave'
import { describe, expect, test } from 'vitest'
import { PARK_NAMES, type ParkOrder, parkKernel } from './algorithms/park.ts'
import { broken } from './broken.ts'

const memory = sharedMemory({ bytes: 64, names: PARK_NAMES })

function oneByOne(order: ParkOrder) {
  const { send, receive } = parkKernel(memory, order)
  return explore({ memory, actors: { send, receive } })
}

function twoByTwo(order: ParkOrder) {
  const { send, receive } = parkKernel(memory, order)
  return explore({ memory, actors: { send, sendToo: send, receive, receiveToo: receive } })
}

describe('parking: count, epoch, look again', () => {
  test('never strands a receiver: 1 sender × 1 receiver', () => {
    expect(oneByOne('count, epoch, look again')).toMatchObject({ complete: true, schedules: 102 })
  })

  test('never strands a receiver: 2 senders × 2 receivers', () => {
    expect(twoByTwo('count, epoch, look again').complete).toBe(true)
  })
})

describe.each(['count, look again, epoch', 'count, epoch', 'epoch, look again, count'] as const)(
  'parking: %s',
  (order) => {
    test.each([oneByOne, twoByTwo])('loses a wake-up, which is told by who could have given it', (run) => {
      const error = broken(() => run(order))
      expect(error.code).toBe('lost-wake')
      expect(error.message).toMatch(
        /receive\w* is parked for ever since step \d+ \(wait epoch = \d\); .*send\w* was the last to/,
      )
      expect(error.story).toContain('1 preemption')
    })
  },
)

describe('a wait that may time out', () => {
  test('strands nobody, since it may also go on by itself', () => {
    const seen = new Set<string>()
    explore({
      memory,
      actors: { waiter: () => memory.wait(0, 0, true), waker: () => memory.notify(0, 1) },
      check: ({ results }) => seen.add(`${results.waiter}, woke ${results.waker}`),
    })
    expect([...seen].sort()).toEqual(['ok, woke 1', 'timed-out, woke 0'])
  })
})

describe('a parked actor', () => {
  test('may die, and is parked no more', () => {
    const dying = { run: () => memory.wait(0, 0, true), killable: true }
    const options = { memory, actors: { dying, waker: () => memory.notify(0, 1) } }
    expect(replay('ab', options)).toContain('notify items: wakes 1')
    expect(replay('aa!b', options)).toContain('notify items: nobody is parked')
    const seen = new Set<string>()
    explore({ ...options, check: ({ died, results }) => seen.add(`${died} ${results.waker}`) })
    expect([...seen].sort()).toEqual([' 0', ' 1', 'dying 0', 'dying 1'])
  })

  test('is woken in the order of parking', () => {
    const parked = (place: number) => () => {
      while (memory.atomic.load(8) !== place);
      memory.atomic.add(8, 1)
      return memory.wait(0, 0, true)
    }
    const options = { memory, actors: { first: parked(0), second: parked(1), waker: () => memory.notify(0, 1) } }
    const story = replay('a3b3c', options)
    expect(story.split('\n').at(-3)).toMatch(/returns 'ok' +returns 'timed-out' +returns 1/)
  })
})
