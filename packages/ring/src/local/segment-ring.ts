import type { Ring, Value } from '../api.ts'
import { refuseUndefined, refuseUndefinedAmong } from './refuse-undefined.ts'

/**
 * Unbounded first-in first-out buffer: a chain of fixed segments. After Node's FixedQueue (lib/internal/fixed_queue.js).
 *
 *      head segment                          tail segment
 *    ┌───┬───┬───┬───┐    ┌───┬───┬───┬───┐    ┌───┬───┬───┬───┐
 *    │   │   │ a │ b │ ──▶│ c │ d │ e │ f │ ──▶│ g │ h │   │   │
 *    └───┴───┴───┴───┘    └───┴───┴───┴───┘    └───┴───┴───┴───┘
 *          head ▲                                    tail ▲
 *
 * INVARIANT  only the head segment has room before its values and only the tail segment behind them.
 * INVARIANT  a segment is let go when its last value is popped, so memory follows the length; one spare is kept, so
 *            that a length that swings around a segment's edge allocates nothing.
 */
class SegmentRing<T extends Value> implements Ring<T> {
  readonly capacity: number = Number.POSITIVE_INFINITY
  #headSegment: Segment<T> = newSegment()
  #tailSegment: Segment<T> = this.#headSegment
  #spare: Segment<T> | undefined
  #head = 0
  #tail = 0
  #length = 0

  get length(): number {
    return this.#length
  }

  push(value: T): boolean {
    if (value === undefined) refuseUndefined()
    if (this.#tail === SEGMENT_LENGTH) this.#append()
    this.#tailSegment.slots[this.#tail++] = value
    this.#length++
    return true
  }

  pop(): T | undefined {
    if (this.#length === 0) return undefined
    const { slots } = this.#headSegment
    const value = slots[this.#head]
    slots[this.#head++] = undefined
    this.#length--
    if (this.#head === SEGMENT_LENGTH || this.#length === 0) this.#advance()
    return value
  }

  pushMany(values: readonly T[], from = 0, to: number = values.length): number {
    const count = Math.max(0, to - from)
    refuseUndefinedAmong(values, from, from + count)
    for (let i = 0; i < count; i++) this.push(values[from + i] as T)
    return count
  }

  popMany(max: number): T[] {
    if (!Number.isInteger(max) || max < 0) throw new RangeError(`max: expected an integer from 0, got ${String(max)}`)
    const count = Math.min(max, this.#length)
    const values: T[] = []
    for (let i = 0; i < count; i++) values.push(this.pop() as T)
    return values
  }

  #append(): void {
    const segment = this.#spare ?? newSegment<T>()
    this.#spare = undefined
    this.#tailSegment.next = segment
    this.#tailSegment = segment
    this.#tail = 0
  }

  /** Leaves a segment whose values are gone; an empty ring starts over in the one it has. */
  #advance(): void {
    this.#head = 0
    const { next } = this.#headSegment
    if (next === undefined) {
      this.#tail = 0
      return
    }
    this.#headSegment.next = undefined
    this.#spare = this.#headSegment
    this.#headSegment = next
  }
}

interface Segment<T> {
  readonly slots: (T | undefined)[]
  next: Segment<T> | undefined
}

const SEGMENT_LENGTH = 1024

function newSegment<T>(): Segment<T> {
  return { slots: new Array<T | undefined>(SEGMENT_LENGTH).fill(undefined), next: undefined }
}

/**
 * Makes an empty ring without a limit: `push` always answers `true`, `capacity` is `Infinity`.
 *
 * Memory follows the length, in segments of 1024 values, and is given back as values are popped.
 *
 * @example
 * const ring = segmentRing<string>()
 * ring.push('a') // => true
 * ring.capacity // => Infinity
 * ring.pop() // => 'a'
 */
export function segmentRing<T extends Value>(): Ring<T> {
  return new SegmentRing()
}
