import type { Ring, Value } from '../api.ts'
import { refuseUndefined, refuseUndefinedAmong } from './refuse-undefined.ts'

/**
 * Ring of any values for one event loop.
 *
 *         head            head + length
 *          │                    │
 *          ▼                    ▼
 *    ┌───┬───┬───┬───┬───┬───┬───┬───┐   index = (head + offset) & mask
 *    │   │ a │ b │ c │ d │ e │   │   │   slots = a power of two that grows to what was ever held,
 *    └───┴───┴───┴───┴───┴───┴───┴───┘           so capacity itself may be any integer
 *
 * INVARIANT  length ≤ capacity, length ≤ slots
 * INVARIANT  every slot outside the length holds undefined, so the ring keeps nothing alive that was popped.
 */
class ArrayRing<T extends Value> implements Ring<T> {
  readonly capacity: number
  #slots: (T | undefined)[]
  #mask: number
  #head = 0
  #length = 0

  constructor(capacity: number) {
    this.capacity = capacity
    const slots = Math.min(SMALLEST, powerOfTwoFrom(capacity))
    this.#slots = new Array<T | undefined>(slots).fill(undefined)
    this.#mask = slots - 1
  }

  get length(): number {
    return this.#length
  }

  push(value: T): boolean {
    if (value === undefined) refuseUndefined()
    const length = this.#length
    if (length === this.capacity) return false
    if (length > this.#mask) this.#grow(length + 1)
    this.#slots[(this.#head + length) & this.#mask] = value
    this.#length = length + 1
    return true
  }

  pop(): T | undefined {
    if (this.#length === 0) return undefined
    const head = this.#head
    const value = this.#slots[head]
    this.#slots[head] = undefined
    this.#head = (head + 1) & this.#mask
    this.#length--
    return value
  }

  pushMany(values: readonly T[], from = 0, to: number = values.length): number {
    const count = Math.max(0, Math.min(to - from, this.capacity - this.#length))
    refuseUndefinedAmong(values, from, from + count)
    const length = this.#length + count
    if (length > this.#mask + 1) this.#grow(length)
    const slots = this.#slots
    const tail = this.#head + this.#length
    for (let i = 0; i < count; i++) slots[(tail + i) & this.#mask] = values[from + i]
    this.#length = length
    return count
  }

  popMany(max: number): T[] {
    if (!Number.isInteger(max) || max < 0) throw new RangeError(`max: expected an integer from 0, got ${String(max)}`)
    const count = Math.min(max, this.#length)
    const slots = this.#slots
    const values = new Array<T>(count)
    for (let i = 0; i < count; i++) {
      const index = (this.#head + i) & this.#mask
      values[i] = slots[index] as T
      slots[index] = undefined
    }
    this.#head = (this.#head + count) & this.#mask
    this.#length -= count
    return values
  }

  #grow(length: number): void {
    const grown = new Array<T | undefined>(powerOfTwoFrom(length)).fill(undefined)
    for (let i = 0; i < this.#length; i++) grown[i] = this.#slots[(this.#head + i) & this.#mask]
    this.#slots = grown
    this.#mask = grown.length - 1
    this.#head = 0
  }
}

const SMALLEST = 16

function powerOfTwoFrom(count: number): number {
  return 2 ** Math.ceil(Math.log2(count))
}

/**
 * Makes an empty ring that holds at most `capacity` values. Throws `RangeError` if `capacity` is not an integer from 1 to 2³⁰.
 *
 * Push and pop cost the same at any length; memory follows the most values ever held.
 *
 * @example
 * const ring = arrayRing<string>(2)
 * ring.push('a') // => true
 * ring.push('b') // => true
 * ring.push('c') // => false
 * ring.pop() // => 'a'
 */
export function arrayRing<T extends Value>(capacity: number): Ring<T> {
  if (!Number.isInteger(capacity) || capacity < 1 || capacity > LARGEST) {
    throw new RangeError(`capacity: expected an integer from 1 to 2 ** 30, got ${String(capacity)}`)
  }
  return new ArrayRing(capacity)
}

const LARGEST = 2 ** 30
