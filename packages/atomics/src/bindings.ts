import type { Bindings } from './api.ts'
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
  TAIL,
} from './kernel/layout.ts'

/**
 * The JavaScript execution: the kernel's builtins over `Atomics`.
 *
 * `worker.terminate()` may cut JavaScript at each call, also between a claim and its publish. So a claim notes in this
 * thread's participant record what it took, with plain stores right behind the exchange: no call, so no point of death.
 * Whoever repairs this thread finds the note, and tells by the stamps whether the claim was published.
 *
 * INVARIANT  the note is written by this thread alone, and read once it is dead.
 */
export function javascriptBindings(buffer: SharedArrayBuffer, record: () => number): Bindings {
  const words = new Int32Array(buffer)
  const bytes = new Uint8Array(buffer)
  const pairs = new BigInt64Array(buffer)
  const overlay = new Int32Array(4)
  const wide = new BigInt64Array(overlay.buffer)

  /** Puts both values of a compare-and-exchange into the overlay, low words first. */
  const lay = (low: number, high: number, newLow: number, newHigh: number): void => {
    overlay[0] = low
    overlay[1] = high
    overlay[2] = newLow
    overlay[3] = newHigh
  }
  const note = (object: number, side: number): number => {
    // Until the claim succeeds the note names no object, and means nothing.
    const at = record() >> 2
    const isFree = words[(object + KIND) >> 2] === KIND_FREE
    words[at + (FLIGHT_OBJECT >> 2)] = 0
    words[at + (FLIGHT_HOME >> 2)] = isFree ? (words[(object + FREE_QUEUE) >> 2] as number) : object
    words[at + (FLIGHT_SIDE >> 2)] = side
    return at
  }

  return {
    load: (ptr, offset = 0) => words[(ptr + offset) >> 2] as number,
    store: (ptr, value, offset = 0) => {
      words[(ptr + offset) >> 2] = value
    },
    atomic: {
      load: (ptr, offset = 0) => Atomics.load(words, (ptr + offset) >> 2),
      store: (ptr, value, offset = 0) => {
        Atomics.store(words, (ptr + offset) >> 2, value)
      },
      add: (ptr, value, offset = 0) => Atomics.add(words, (ptr + offset) >> 2, value),
      sub: (ptr, value, offset = 0) => Atomics.sub(words, (ptr + offset) >> 2, value),
      or: (ptr, value, offset = 0) => Atomics.or(words, (ptr + offset) >> 2, value),
      xchg: (ptr, value, offset = 0) => Atomics.exchange(words, (ptr + offset) >> 2, value),
      cmpxchg: (ptr, expected, value, offset = 0) =>
        Atomics.compareExchange(words, (ptr + offset) >> 2, expected, value),
      notify: (ptr, count) => Atomics.notify(words, ptr >> 2, count < 0 ? Number.POSITIVE_INFINITY : count),
    },
    memory: {
      copy: (to, from, length) => {
        bytes.copyWithin(to, from, from + length)
      },
    },
    pair: {
      cmpxchg: (ptr, low, high, newLow, newHigh) => {
        lay(low, high, newLow, newHigh)
        const expected = wide[0] as bigint
        return Atomics.compareExchange(pairs, ptr >> 3, expected, wide[1] as bigint) === expected
      },
    },
    claim: {
      tail: (object, tail, state, newTail, newState, credits) => {
        const at = note(object, FLIGHT_PUSH)
        words[at + (FLIGHT_POSITION >> 2)] = tail
        words[at + (FLIGHT_COUNT >> 2)] = (newTail - tail) | 0
        lay(tail, state, newTail, newState)
        const expected = wide[0] as bigint
        if (Atomics.compareExchange(pairs, (object + TAIL) >> 3, expected, wide[1] as bigint) !== expected) return false
        words[at + (FLIGHT_OBJECT >> 2)] = object
        if (credits !== 0) words[credits >> 2] = (words[credits >> 2] as number) + newState - state
        return true
      },
      head: (object, head, newHead) => {
        const at = note(object, FLIGHT_POP)
        words[at + (FLIGHT_POSITION >> 2)] = head
        words[at + (FLIGHT_COUNT >> 2)] = (newHead - head) | 0
        if (Atomics.compareExchange(words, (object + HEAD) >> 2, head, newHead) !== head) return false
        words[at + (FLIGHT_OBJECT >> 2)] = object
        return true
      },
      one: (ptr, old, own) => {
        if (Atomics.compareExchange(words, ptr >> 2, old, old + 1) !== old) return false
        words[own >> 2] = (words[own >> 2] as number) + 1
        return true
      },
      add: (ptr, delta, own) => {
        const old = Atomics.add(words, ptr >> 2, delta)
        words[own >> 2] = (words[own >> 2] as number) + delta
        return old
      },
    },
  }
}
