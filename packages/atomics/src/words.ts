import type { Arena } from './arena.ts'

/** Atomic steps on single words, for the layers above; what is more than one step belongs into the kernel. */
export const words: {
  /** Reads a word. */
  load(arena: Arena, address: number): number
  /** Writes a word. */
  store(arena: Arena, address: number, value: number): void
  /** Adds, and answers what it was. */
  add(arena: Arena, address: number, value: number): number
  /** Writes, and answers what it was. */
  exchange(arena: Arena, address: number, value: number): number
  /** Writes `value` if the word is `expected`, and answers what it was. */
  compareExchange(arena: Arena, address: number, expected: number, value: number): number
} = {
  load: (arena, address) => Atomics.load(arena.views(address + 4).i32, address >> 2),
  store: (arena, address, value) => {
    Atomics.store(arena.views(address + 4).i32, address >> 2, value)
  },
  add: (arena, address, value) => Atomics.add(arena.views(address + 4).i32, address >> 2, value),
  exchange: (arena, address, value) => Atomics.exchange(arena.views(address + 4).i32, address >> 2, value),
  compareExchange: (arena, address, expected, value) =>
    Atomics.compareExchange(arena.views(address + 4).i32, address >> 2, expected, value),
}
