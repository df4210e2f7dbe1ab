import type { sharedMemory } from '@millrace/interleave'
import { kernelFactory, kernelSource } from '../build/source.ts'
import type { Bindings, Kernel } from '../src/api.ts'
import { HEAD, TAIL } from '../src/kernel/layout.ts'

/** The memory of the schedule explorer. */
export type ModelMemory = ReturnType<typeof sharedMemory>

/** The kernel's bindings over the explorer's memory: claims as WebAssembly has them, where nothing can cut them. */
export function modelBindings(model: ModelMemory): Bindings {
  const { load, store, atomic, memory, pair } = model
  return {
    load,
    store,
    atomic,
    memory,
    pair,
    claim: {
      tail: (object, tail, state, newTail, newState, credits) => {
        if (!pair.cmpxchg(object + TAIL, tail, state, newTail, newState)) return false
        if (credits !== 0) store(credits, load(credits) + newState - state)
        return true
      },
      head: (object, head, newHead) => atomic.cmpxchg(object, head, newHead, HEAD) === head,
      add: (ptr, delta, own) => {
        const old = atomic.add(ptr, delta)
        store(own, load(own) + delta)
        return old
      },
    },
  }
}

/** One line of the kernel's source, and what a mutant has in its place. */
export interface Mutation {
  readonly line: string
  readonly becomes: string
}

const source = kernelSource().replace('const SPINS: i32 = 32', 'const SPINS: i32 = 1')

/** The shipped kernel source over the explorer's memory, or a mutant of it that differs in one line. Spins once where the shipped one spins 32 times. */
export function modelKernel(model: ModelMemory, mutation?: Mutation): Kernel {
  let text = source
  if (mutation !== undefined) {
    if (text.split(mutation.line).length !== 2) throw new Error(`not exactly one line of the kernel: ${mutation.line}`)
    text = text.replace(mutation.line, () => mutation.becomes)
  }
  return new Function(`return ${kernelFactory(text)}`)()(modelBindings(model))
}
