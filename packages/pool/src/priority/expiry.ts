import type { Entry } from './entry.ts'
import { Heap } from './heap.ts'

/** The longest delay a timer takes. */
const LONGEST_DELAY_MS = 2 ** 31 - 1

/**
 * Entries whose time will be over.
 *
 * INVARIANT  while there is one, a timer runs that ends when the first is due, or earlier. It does not keep the process alive.
 */
export class Expiry<T> {
  readonly #entries = new Heap<T>('expiry')
  readonly #now: () => number
  readonly #onDue: () => void
  #timer: ReturnType<typeof setTimeout> | undefined
  #endsAt = Number.POSITIVE_INFINITY

  /** `onDue` is called when an entry may be due that nobody has looked for. */
  constructor(now: () => number, onDue: () => void) {
    this.#now = now
    this.#onDue = onDue
  }

  /** How many are watched. */
  get length(): number {
    return this.#entries.length
  }

  /** Watches an entry. */
  add(entry: Entry<T>, expiresAt: number): void {
    this.#entries.push(entry)
    if (expiresAt < this.#endsAt) this.#start(expiresAt)
  }

  /** An entry left that was watched. */
  gone(): void {
    this.#entries.gone()
  }

  /** Takes out one that is due; undefined if none is. */
  due(): Entry<T> | undefined {
    if (this.length === 0) return undefined
    return this.#firstAt() <= this.#now() ? this.#entries.pop() : undefined
  }

  #start(at: number): void {
    clearTimeout(this.#timer)
    this.#endsAt = at
    const timer = setTimeout(() => this.#end(), Math.min(Math.max(0, at - this.#now()), LONGEST_DELAY_MS))
    this.#timer = timer
    // In a browser it is a number, and there is no process to keep alive.
    if (typeof timer === 'object') timer.unref()
  }

  #end(): void {
    this.#endsAt = Number.POSITIVE_INFINITY
    this.#onDue()
    if (this.length > 0) this.#start(this.#firstAt())
  }

  #firstAt(): number {
    return this.#entries.first()?.expiresAt ?? Number.POSITIVE_INFINITY
  }
}
