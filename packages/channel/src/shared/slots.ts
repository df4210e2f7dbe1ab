import type { Kernel } from '@millrace/atomics'
import type { Value } from '@millrace/ring'
import type { Bytes } from '@millrace/ring/codec'
import type { WordArray } from './api.ts'
import type { Scratch } from './scratch.ts'

/** What slots of any kind are made of. */
export type SlotParts = readonly [
  credits: number,
  kernel: Kernel,
  queue: number,
  slotBytes: number,
  bytes: Bytes,
  scratch: Scratch,
  isMortal: boolean,
]

/**
 * The slots of a shared channel as values. Answers are the kernel's: how many, `NONE`, `ENDED`; never `BUSY`.
 *
 * INVARIANT  no codec runs between a claim and its publish: values are encoded before the one, decoded after the other.
 */
export interface Slots<T extends Value> {
  /** Whether room can be held for longer than a synchronous call. */
  readonly holdsRoom: boolean
  /** Holds room for as many values: 1, or `NONE`, `ENDED`. */
  reserve(count: number): number
  /** Gives room back that was held. */
  release(count: number): void
  /** Pushes one value: 1, `NONE` full, `ENDED` closed. Throws what its codec throws, and then pushes nothing. */
  push(value: T): number
  /**
   * Pushes one value into room that is held: 1, `ENDED` if the receivers closed. `NONE` if a thread that died over
   * the value before has not left the room: then it is kept for `pushLate`, in its order. Throws as `push`.
   */
  pushHeld(value: T): number
  /** Pushes the first value that was kept: 1 or `ENDED`, and it is kept no longer; or `NONE`. */
  pushLate(): number
  /** Pushes the values at indexes `from` to below `to`, as many as there is room for. Throws as `push`, before any is pushed. */
  pushMany(values: ArrayLike<T>, from: number, to: number): number
  /** Pops the oldest value: 1, `NONE` empty, `ENDED` closed and drained. After 1 comes `take` or `lend`, in the same synchronous call. */
  pop(): number
  /** The value that `pop` popped. Throws what its codec throws. */
  take(): T
  /** The bytes of the value that `pop` popped, for as long as `use` runs. */
  lend<R>(use: (bytes: Uint8Array) => R): R
  /**
   * Pops at most `max` values, a batch at once, onto the end of an array. Answers how many, `NONE`, `ENDED`. Throws what its codec
   * throws; that value is gone, those before it are in the array, those behind it were not popped.
   */
  popMany(max: number, into: T[]): number
  /** Pops numbers into the elements of an array from an index on, as `popMany`. */
  popInto(array: WordArray, from: number): number
  /** Shows the other side everything that was pushed and popped. */
  flush(): void
}
