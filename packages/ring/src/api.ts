/**
 * What a ring, and every channel above it, can hold: anything but `undefined`, which means "nothing there". A promise can
 * be held, but whoever awaits its receipt awaits the promise too, and one of `undefined` looks like the end: await it first
 * and send what it resolves to.
 */
export type Value = NonNullable<unknown> | null

/** A first-in first-out buffer of fixed capacity that never waits. Full and empty are answers, not errors. */
export interface Ring<T extends Value> {
  /** The most values it holds: exact for any integer from 1. */
  readonly capacity: number
  /** The values it holds now. */
  readonly length: number
  /** Adds a value at the tail; `false` if the ring is full. Throws `TypeError` for `undefined`. */
  push(value: T): boolean
  /** Takes the value at the head; `undefined` if the ring is empty. */
  pop(): T | undefined
  /**
   * Adds values in order, those at indexes `from` to below `to` or all of them, until the ring is full; answers how many
   * it took. Throws `TypeError` for an `undefined` among those it would take, before any is added.
   */
  pushMany(values: readonly T[], from?: number, to?: number): number
  /** Takes at most `max` values, oldest first; `[]` if the ring is empty. Throws `RangeError` unless `max` is an integer from 0. */
  popMany(max: number): T[]
}
