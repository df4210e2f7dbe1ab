import { type Report, region, ScheduleError, sharedMemory } from '@millrace/interleave'
import { expect, test } from 'vitest'
import { kernelFactory, kernelSource } from '../build/source.ts'
import type { Bindings, Kernel } from '../src/api.ts'
import {
  FLIGHT_COUNT,
  FLIGHT_HOME,
  FLIGHT_OBJECT,
  FLIGHT_POP,
  FLIGHT_POSITION,
  FLIGHT_PUSH,
  FLIGHT_SIDE,
  FREE_QUEUE,
  HEAD,
  KIND,
  KIND_FREE,
  PARKED_RECEIVERS,
  PARKED_SENDERS,
  STATE,
  TAIL,
} from '../src/kernel/layout.ts'
import { DATA, OBJECT, RECORD, type Rig, SIDE } from './rig.ts'

/** The memory of the schedule explorer. */
export type ModelMemory = ReturnType<typeof sharedMemory>

/** The kernel's bindings over the explorer's memory: claims as WebAssembly has them, where nothing can cut them. */
export function modelBindings(model: ModelMemory): Bindings {
  const { load, store, atomic, memory, pair } = model
  return {
    load,
    store,
    // The kernel says −1 for all.
    atomic: { ...atomic, notify: (ptr, count) => (count < 0 ? model.notify(ptr) : model.notify(ptr, count)) },
    memory,
    pair,
    claim: {
      tail: (object, tail, state, newTail, newState, credits) => {
        if (!pair.cmpxchg(object + TAIL, tail, state, newTail, newState)) return false
        if (credits !== 0) store(credits, load(credits) + newState - state)
        return true
      },
      head: (object, head, newHead) => atomic.cmpxchg(object, head, newHead, HEAD) === head,
      one: (ptr, old, own) => {
        if (atomic.cmpxchg(ptr, old, old + 1) !== old) return false
        store(own, load(own) + 1)
        return true
      },
      add: (ptr, delta, own) => {
        const old = atomic.add(ptr, delta)
        store(own, load(own) + delta)
        return old
      },
    },
  }
}

/**
 * Bindings as JavaScript has them: the thread may die at every step, but not between the exchange of a claim and its note.
 * They note for participant 0.
 */
function mortalBindings(model: ModelMemory): Bindings {
  const wasm = modelBindings(model)
  const { store } = model
  const note = (object: number, side: number, position: number, count: number) => {
    store(RECORD + FLIGHT_HOME, wasm.load(object + KIND) === KIND_FREE ? wasm.load(object + FREE_QUEUE) : object)
    store(RECORD + FLIGHT_SIDE, side)
    store(RECORD + FLIGHT_POSITION, position)
    store(RECORD + FLIGHT_COUNT, count)
    store(RECORD + FLIGHT_OBJECT, object)
  }
  return {
    ...wasm,
    claim: {
      tail: (object, tail, state, newTail, newState, credits) =>
        region(() => {
          const isOurs = wasm.claim.tail(object, tail, state, newTail, newState, credits)
          if (isOurs) note(object, FLIGHT_PUSH, tail, newTail - tail)
          return isOurs
        }),
      head: (object, head, newHead) =>
        region(() => {
          const isOurs = wasm.claim.head(object, head, newHead)
          if (isOurs) note(object, FLIGHT_POP, head, newHead - head)
          return isOurs
        }),
      one: (ptr, old, own) => region(() => wasm.claim.one(ptr, old, own)),
      add: (ptr, delta, own) => region(() => wasm.claim.add(ptr, delta, own)),
    },
  }
}

/** A line of one of the kernel's functions, and what a mutant has in its place. */
export interface Mutation {
  readonly of: string
  readonly line: string
  readonly becomes: string
}

const source = kernelSource().replace('const SPINS: i32 = 32', 'const SPINS: i32 = 1')

/**
 * The shipped kernel source over the explorer's memory, or a mutant of it that differs in one line. It looks again once
 * where the shipped one looks 32 times.
 */
function modelKernel(bindings: Bindings, mutation?: Mutation): Kernel {
  let text = source
  if (mutation !== undefined) {
    const from = source.indexOf(`function ${mutation.of}(`)
    const to = source.indexOf('\n}\n', from)
    const body = source.slice(from, to)
    if (body.split(mutation.line).length !== 2) throw new Error(`not once in ${mutation.of}: ${mutation.line}`)
    text = source.slice(0, from) + body.replace(mutation.line, () => mutation.becomes) + source.slice(to)
  }
  return new Function(`return ${kernelFactory(text)}`)()(bindings)
}

/** A rig whose memory the explorer steps through. */
export interface ModelRig extends Rig {
  /** The kernel as a thread executes it that has no WebAssembly; participant 0. */
  readonly mortal: Kernel
  readonly memory: ModelMemory
}

/** The explorer's memory with a kernel over it, for the places of `rig.ts`. */
function modelRig(mutation?: Mutation): ModelRig {
  const memory = sharedMemory({ bytes: 65_536, names })
  const { load, store } = memory
  const mortal = modelKernel(mortalBindings(memory), mutation)
  return {
    memory,
    mortal,
    kernel: modelKernel(modelBindings(memory), mutation),
    read: (at) => load(at),
    write: (at, value) => store(at, value),
  }
}

/**
 * Makes two tests of a claim: it holds under every schedule of the shipped kernel, and breaks in a mutant.
 *
 * @example
 * proves('a pop gives what was pushed', { of: 'slotPop', line, becomes }, (rig) => explore({ memory: rig.memory, … }))
 */
export function proves(claim: string, mutation: Mutation, run: (rig: ModelRig) => Report): void {
  test(`${claim}, under every schedule`, () => {
    const report = run(modelRig())
    expect(report.complete).toBe(true)
    expect(report.schedules).toBeGreaterThan(1)
  })
  test(`… and is broken by \`${mutation.becomes}\` in ${mutation.of}`, () => {
    expect(() => run(modelRig(mutation))).toThrow(ScheduleError)
  })
}

function names(at: number): string | undefined {
  if (at >= DATA && at < SIDE) return at % 8 === 0 ? `slot ${(at - DATA) / 8}` : undefined
  return NAMED.get(at)
}

const NAMED = new Map([
  [OBJECT + TAIL, 'tail'],
  [OBJECT + STATE, 'state'],
  [OBJECT + HEAD, 'head'],
  [OBJECT + PARKED_RECEIVERS, 'parked'],
  [OBJECT + PARKED_RECEIVERS + 4, 'epoch'],
  [OBJECT + PARKED_SENDERS, 'parked s'],
  [OBJECT + PARKED_SENDERS + 4, 'epoch s'],
])
