import { explore, region, type ScheduleError, type SharedMemory, sharedMemory } from '@millrace/interleave'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

const memory = sharedMemory({ bytes: 64 })

/** A line of a random program. What was read last decides which of the lines in `guarded` are taken. */
type Line = readonly [verb: Verb, word: number, value: number, isGuarded: boolean]
type Verb = 'read' | 'write' | 'load' | 'store' | 'add' | 'cmpxchg' | 'pair' | 'copy' | 'wait' | 'notify' | 'region'

const VERBS: Readonly<Record<Verb, (memory: SharedMemory, ptr: number, value: number) => number>> = {
  read: ({ load }, ptr) => load(ptr),
  write: ({ store }, ptr, value) => none(store(ptr, value)),
  load: ({ atomic }, ptr) => atomic.load(ptr),
  store: ({ atomic }, ptr, value) => none(atomic.store(ptr, value)),
  add: ({ atomic }, ptr, value) => atomic.add(ptr, value),
  cmpxchg: ({ atomic }, ptr, value) => atomic.cmpxchg(ptr, value - 1, value),
  pair: ({ pair }, ptr, value) => Number(pair.cmpxchg(ptr & ~7, 0, value - 1, value, 0)),
  copy: (bindings, ptr, value) => none(bindings.memory.copy(ptr, value * 4, 4)),
  wait: ({ wait }, ptr, value) => (wait(ptr, value, true) === 'ok' ? 1 : 0),
  notify: ({ notify }, ptr) => notify(ptr, 1),
  region: ({ atomic }, ptr, value) =>
    region(() => {
      atomic.store(ptr, value)
      return atomic.add(0, 1)
    }),
}

function none(_answer: unknown): number {
  return 0
}

function actorOf(lines: readonly Line[]) {
  return () => {
    let last = 0
    for (const [verb, word, value, isGuarded] of lines) {
      if (!isGuarded || last > 0) last = VERBS[verb](memory, word * 4, value)
    }
    return last
  }
}

// Words 0 to 2 are those of everybody, so that some are of one actor only, and some are read and never written.
const line = fc.tuple(
  fc.constantFrom(...(Object.keys(VERBS) as Verb[])),
  fc.integer({ min: 0, max: 3 }),
  fc.integer({ min: 0, max: 2 }),
  fc.boolean(),
)
const program = fc.record({
  programs: fc.array(fc.array(line, { minLength: 1, maxLength: 3 }), { minLength: 2, maxLength: 3 }),
  killable: fc.integer({ min: -1, max: 2 }),
  recovery: fc.array(line, { maxLength: 2 }),
})

type Program = typeof program extends fc.Arbitrary<infer P> ? P : never

/** Every end that some schedule has: what was returned, who died, and the words. */
function outcomes({ programs, killable, recovery }: Program, options: { reduce: boolean; preemptions?: number }) {
  const seen = new Set<string>()
  const actors = Object.fromEntries(
    programs.map((lines, index) => {
      const run = actorOf(lines)
      return [`actor ${index}`, index === killable ? { run, killable: true, afterDeath: actorOf(recovery) } : run]
    }),
  )
  const report = explore({
    memory,
    actors,
    ...options,
    check: ({ results, died, recovered }) => {
      seen.add(JSON.stringify([results, died, recovered, [0, 4, 8, 12].map((ptr) => memory.load(ptr))]))
    },
  })
  expect(report.complete).toBe(true)
  return { seen: [...seen].sort(), report }
}

describe('the reduction', () => {
  test('leaves out no end that some schedule has', () => {
    fc.assert(
      fc.property(program, (it) => {
        const whole = outcomes(it, { reduce: false })
        const reduced = outcomes(it, { reduce: true })
        expect(reduced.seen).toEqual(whole.seen)
        expect(reduced.report.runs).toBeLessThanOrEqual(whole.report.runs)
        expect(reduced.report.schedules).toBeLessThanOrEqual(whole.report.schedules)
      }),
      { numRuns: Number(process.env['INTERLEAVE_RUNS'] ?? 300) },
    )
  })

  test('leaves out no end within a bound on preemptions', () => {
    fc.assert(
      fc.property(program, fc.integer({ min: 0, max: 2 }), (it, preemptions) => {
        const whole = outcomes(it, { reduce: false, preemptions })
        expect(outcomes(it, { reduce: true, preemptions }).seen).toEqual(whole.seen)
      }),
      { numRuns: Number(process.env['INTERLEAVE_RUNS'] ?? 300) },
    )
  })

  test('leaves out no lost wake-up', () => {
    const waits = fc.constantFrom<Line>(
      ['wait', 0, 0, false],
      ['notify', 0, 0, false],
      ['add', 0, 1, false],
      ['load', 0, 0, false],
    )
    const strands = (programs: readonly (readonly Line[])[], reduce: boolean) => {
      const actors = Object.fromEntries(
        programs.map((lines, index) => [
          `actor ${index}`,
          () => {
            for (const [verb, word] of lines) {
              if (verb === 'wait') memory.wait(word, 0)
              else VERBS[verb](memory, word, 1)
            }
          },
        ]),
      )
      try {
        explore({ memory, actors, reduce })
        return 'none'
      } catch (error) {
        return (error as ScheduleError).code
      }
    }
    fc.assert(
      fc.property(
        fc.array(fc.array(waits, { minLength: 1, maxLength: 3 }), { minLength: 2, maxLength: 3 }),
        (programs) => {
          expect(strands(programs, true)).toBe(strands(programs, false))
        },
      ),
      { numRuns: Number(process.env['INTERLEAVE_RUNS'] ?? 300) },
    )
  })
})
