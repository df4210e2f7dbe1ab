import type { SharedMemory } from '@millrace/interleave'

const TOP = 0
const COUNT = 4

export const STACK_NAMES: Readonly<Record<number, string>> = { 0: 'top', 4: 'count', 16: 'next1', 20: 'next2' }

const nextOf = (node: number) => 12 + 4 * node

/** What the kernel does. */
export interface StackKernel {
  readonly push: (node: number) => void
  readonly pop: () => number
}

/** R. K. Treiber's stack of the nodes 1 and 2 (0 is none), with a counter beside the top or, open to ABA, without. */
export function stackKernel({ load, store, atomic, pair }: SharedMemory, isCounted: boolean): StackKernel {
  function swap(top: number, count: number, next: number): boolean {
    if (isCounted) return pair.cmpxchg(TOP, top, count, next, count + 1)
    return atomic.cmpxchg(TOP, top, next) === top
  }

  function push(node: number): void {
    for (;;) {
      const count = atomic.load(COUNT)
      const top = atomic.load(TOP)
      store(nextOf(node), top)
      if (swap(top, count, node)) return
    }
  }

  function pop(): number {
    for (;;) {
      const count = atomic.load(COUNT)
      const top = atomic.load(TOP)
      if (top === 0) return 0
      if (swap(top, count, load(nextOf(top)))) return top
    }
  }

  return { push, pop }
}
