import type { TicketState } from './api.ts'
import type { Entry, Order } from './entry.ts'

/** Priorities that have a bucket: integers from 0 to below this. */
export const LEVELS = 256

/** Whether there is a bucket for the priority. */
export function hasBucket(priority: number): boolean {
  return priority >= 0 && priority < LEVELS && Number.isInteger(priority)
}

/**
 * A list of entries for each priority, and a bit for each list that is not empty: everything costs the same, however many there are.
 *
 *     tops ──▶ bits of the words that are not 0        words ──▶ bits of the levels that are not empty
 *
 * INVARIANT  a level is in the order of the sequence numbers, and its bit is set exactly while it is not empty.
 * INVARIANT  the finger of a level is in it: it is the one that came back last.
 */
export class Buckets<T> implements Order<T> {
  readonly #firsts = new Array<Entry<T> | undefined>(LEVELS).fill(undefined)
  readonly #lasts = new Array<Entry<T> | undefined>(LEVELS).fill(undefined)
  readonly #fingers = new Array<Entry<T> | undefined>(LEVELS).fill(undefined)
  readonly #words = new Int32Array(LEVELS / 32)
  #tops = 0
  #length = 0

  get length(): number {
    return this.#length
  }

  push(entry: Entry<T>): void {
    const level = entry.rank
    const last = this.#lasts[level]
    if (last === undefined || last.sequence < entry.sequence) this.#link(entry, last, undefined)
    else {
      const behind = this.#behind(entry)
      this.#link(entry, behind.previous, behind)
      this.#fingers[level] = entry
    }
    this.#words[level >> 5] = (this.#words[level >> 5] as number) | (1 << (level & 31))
    this.#tops |= 1 << (level >> 5)
    this.#length++
  }

  pop(state: TicketState): Entry<T> | undefined {
    const first = this.first()
    if (first === undefined) return undefined
    this.#unlink(first)
    first.leave(state)
    return first
  }

  first(): Entry<T> | undefined {
    if (this.#tops === 0) return undefined
    const word = 31 - Math.clz32(this.#tops)
    return this.#firsts[(word << 5) + 31 - Math.clz32(this.#words[word] as number)]
  }

  last(): Entry<T> | undefined {
    if (this.#tops === 0) return undefined
    const word = lowestBit(this.#tops)
    return this.#lasts[(word << 5) + lowestBit(this.#words[word] as number)]
  }

  gone(entry: Entry<T>): void {
    this.#unlink(entry)
  }

  entries(): Entry<T>[] {
    const entries: Entry<T>[] = []
    for (const first of this.#firsts)
      for (let entry = first; entry !== undefined; entry = entry.next) entries.push(entry)
    return entries
  }

  /**
   * The one of its level that an entry comes back before; there is one. Found from the one that came back before this one, which is
   * near it, since those that were taken together come back together.
   */
  #behind(entry: Entry<T>): Entry<T> {
    let behind = this.#fingers[entry.rank] ?? (this.#firsts[entry.rank] as Entry<T>)
    while (behind.sequence < entry.sequence) behind = behind.next as Entry<T>
    while (behind.previous !== undefined && behind.previous.sequence > entry.sequence) behind = behind.previous
    return behind
  }

  #link(entry: Entry<T>, before: Entry<T> | undefined, behind: Entry<T> | undefined): void {
    const level = entry.rank
    entry.previous = before
    entry.next = behind
    if (before === undefined) this.#firsts[level] = entry
    else before.next = entry
    if (behind === undefined) this.#lasts[level] = entry
    else behind.previous = entry
  }

  #unlink(entry: Entry<T>): void {
    const { rank: level, previous, next } = entry
    if (previous === undefined) this.#firsts[level] = next
    else previous.next = next
    if (next === undefined) this.#lasts[level] = previous
    else next.previous = previous
    entry.previous = entry.next = undefined
    if (this.#fingers[level] === entry) this.#fingers[level] = undefined
    this.#length--
    if (this.#firsts[level] !== undefined) return
    const word = level >> 5
    this.#words[word] = (this.#words[word] as number) & ~(1 << (level & 31))
    if (this.#words[word] === 0) this.#tops &= ~(1 << word)
  }
}

function lowestBit(bits: number): number {
  return 31 - Math.clz32(bits & -bits)
}
