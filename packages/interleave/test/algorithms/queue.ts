import type { SharedMemory } from '@millrace/interleave'

/** What is done wrong, if anything. */
export type QueueMutant = 'none' | 'stamp before value' | 'no look at the stamp' | 'no compare'

const HEAD = 0
const TAIL = 4
const SLOTS = 8

export const QUEUE_NAMES: Readonly<Record<number, string>> = {
  0: 'head',
  4: 'tail',
  8: 'stamp0',
  12: 'value0',
  16: 'stamp1',
  20: 'value1',
}

/** What the kernel does. */
export interface QueueKernel {
  readonly init: () => void
  readonly push: (value: number) => boolean
  readonly pop: () => number | undefined
}

/** D. Vyukov's bounded queue of words, two slots, as a kernel over injected bindings. */
export function queueKernel({ load, store, atomic }: SharedMemory, mutant: QueueMutant = 'none'): QueueKernel {
  const slotOf = (position: number) => SLOTS + 8 * (position & 1)

  function init(): void {
    store(slotOf(0), 0)
    store(slotOf(1), 1)
  }

  function claim(counter: number, position: number): number {
    if (mutant !== 'no compare') return atomic.cmpxchg(counter, position, position + 1)
    atomic.store(counter, position + 1)
    return position
  }

  function push(value: number): boolean {
    let tail = atomic.load(TAIL)
    for (;;) {
      const slot = slotOf(tail)
      const turn = mutant === 'no look at the stamp' ? 0 : (atomic.load(slot) - tail) | 0
      if (turn < 0) return false
      if (turn > 0) {
        tail = atomic.load(TAIL)
        continue
      }
      const seen = claim(TAIL, tail)
      if (seen === tail) {
        if (mutant === 'stamp before value') atomic.store(slot, (tail + 1) | 0)
        store(slot, value, 4)
        if (mutant !== 'stamp before value') atomic.store(slot, (tail + 1) | 0)
        return true
      }
      tail = seen
    }
  }

  function pop(): number | undefined {
    let head = atomic.load(HEAD)
    for (;;) {
      const slot = slotOf(head)
      const turn = (atomic.load(slot) - (head + 1)) | 0
      if (turn < 0) return undefined
      if (turn > 0) {
        head = atomic.load(HEAD)
        continue
      }
      const seen = atomic.cmpxchg(HEAD, head, head + 1)
      if (seen === head) {
        const value = load(slot, 4)
        atomic.store(slot, (head + 2) | 0)
        return value
      }
      head = seen
    }
  }

  return { init, push, pop }
}
