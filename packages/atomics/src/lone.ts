/**
 * Shared memory beside any arena, for the few threads it is handed to: it is freed with the last of them, and holds nothing
 * that somebody must repair after a death. Steps on its words are single, so a thread dies before or after one.
 */

/** Makes such a memory, filled with zeros. It travels by `postMessage`. */
export function loneMemory(bytes: number): ArrayBufferLike {
  return new SharedArrayBuffer(bytes)
}

/** Reads a word. Sees what the thread that stored it had written before. */
export function loadWord(view: Int32Array, index: number): number {
  return Atomics.load(view, index)
}

/** Writes a word. Whoever loads it sees all that this thread had written before. */
export function storeWord(view: Int32Array, index: number, value: number): void {
  Atomics.store(view, index, value)
}

/** Writes a word, and answers what it was. */
export function exchangeWord(view: Int32Array, index: number, value: number): number {
  return Atomics.exchange(view, index, value)
}

/** Writes `value` if the word is `expected`, in one step; whether it did. Of several who try, one succeeds. */
export function claimWord(view: Int32Array, index: number, expected: number, value: number): boolean {
  return Atomics.compareExchange(view, index, expected, value) === expected
}
