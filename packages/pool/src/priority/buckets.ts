import type { TicketState } from './api.ts'
import type { Entry, Order } from './entry.ts'
import { LEVELS, LevelBits } from './level-bits.ts'

/** Whether there is a bucket for the priority. */
export function hasBucket(priority: number): boolean {
  return priority >= 0 && priority < LEVELS && Number.isInteger(priority)
}

/** The entries of one priority, in the order of their sequence numbers. */
interface Level<T> {
  first: Entry<T> | undefined
  last: Entry<T> | undefined
  /** The one that came back last, while it is here. */
  finger: Entry<T> | undefined
}

/**
 * A list of entries for each priority, and a bit for each list that is not empty: everything costs the same, however many there are.
 *
 * INVARIANT  the bit of a level is set exactly while it is not empty.
 */
export class Buckets<T> implements Order<T> {
  /** Each from its first entry on. */
  readonly #levels = new Array<Level<T> | undefined>(LEVELS).fill(undefined)
  readonly #bits = new LevelBits()
  #length = 0

  get length(): number {
    return this.#length
  }

  push(entry: Entry<T>): void {
    const { rank } = entry
    let level = this.#levels[rank]
    if (level === undefined) level = this.#levels[rank] = { first: undefined, last: undefined, finger: undefined }
    const { last } = level
    if (last === undefined) this.#bits.set(rank)
    if (last === undefined || last.sequence < entry.sequence) link(level, entry, last, undefined)
    else {
      const behind = findBehind(level, entry)
      link(level, entry, behind.previous, behind)
      level.finger = entry
    }
    this.#length++
  }

  pop(state: TicketState): Entry<T> | undefined {
    const level = this.#firstLevel()
    if (level === undefined) return undefined
    const first = level.first as Entry<T>
    this.#takeOut(first, level)
    first.leave(state)
    return first
  }

  first(): Entry<T> | undefined {
    return this.#firstLevel()?.first
  }

  last(): Entry<T> | undefined {
    return this.#length === 0 ? undefined : this.#levels[this.#bits.lowest]?.last
  }

  gone(entry: Entry<T>): void {
    this.#takeOut(entry, this.#levels[entry.rank] as Level<T>)
  }

  entries(): Entry<T>[] {
    const entries: Entry<T>[] = []
    for (const level of this.#levels)
      for (let entry = level?.first; entry !== undefined; entry = entry.next) entries.push(entry)
    return entries
  }

  #firstLevel(): Level<T> | undefined {
    return this.#length === 0 ? undefined : this.#levels[this.#bits.highest]
  }

  #takeOut(entry: Entry<T>, level: Level<T>): void {
    unlink(level, entry)
    this.#length--
    if (level.first === undefined) this.#bits.clear(entry.rank)
  }
}

/**
 * The one of its level that an entry comes back before; there is one. Found from the one that came back before this one, which is
 * near it, since those that were taken together come back together.
 */
function findBehind<T>({ finger, first }: Level<T>, { sequence }: Entry<T>): Entry<T> {
  let behind = finger ?? (first as Entry<T>)
  while (behind.sequence < sequence) behind = behind.next as Entry<T>
  while (behind.previous !== undefined && behind.previous.sequence > sequence) behind = behind.previous
  return behind
}

function link<T>(level: Level<T>, entry: Entry<T>, before: Entry<T> | undefined, behind: Entry<T> | undefined): void {
  entry.previous = before
  entry.next = behind
  if (before === undefined) level.first = entry
  else before.next = entry
  if (behind === undefined) level.last = entry
  else behind.previous = entry
}

function unlink<T>(level: Level<T>, entry: Entry<T>): void {
  const { previous, next } = entry
  if (previous === undefined) level.first = next
  else previous.next = next
  if (next === undefined) level.last = previous
  else next.previous = previous
  entry.previous = entry.next = undefined
  if (level.finger === entry) level.finger = undefined
}
