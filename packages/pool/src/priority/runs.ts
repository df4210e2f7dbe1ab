import { KeyHeap, type Sorted } from './key-heap.ts'

/** So many runs may be as short as they like. */
const FEW_RUNS = 16
/** Where there are more, so much of their length is left on average, or the shortest are joined: each takes up memory of its own. */
const LEAST_SHARE = 1 / 4
/** What has left is cut off a run when it is three quarters of it, and not less than this. */
const LEAST_CUT = 64

/** Items in order. Those before `at` are gone. */
interface Run<T> {
  keys: Float64Array
  items: (T | undefined)[]
  at: number
}

/**
 * Runs of items by numbers of which no two are equal, the lowest first.
 *
 *     heads   a heap of the runs, by the key of the first item of each
 *
 * INVARIANT  no run is empty.
 */
export class Runs<T> {
  readonly #runLength: number
  #heads = new KeyHeap<Run<T>>()
  #length = 0

  /** Runs begin with so many items. */
  constructor(runLength: number) {
    this.#runLength = runLength
  }

  /** How many items there are. */
  get length(): number {
    return this.#length
  }

  /** The lowest key; ∞ if there is none. */
  get firstKey(): number {
    return this.#heads.firstKey
  }

  /** The item of the lowest key. */
  get first(): T | undefined {
    const run = this.#heads.first
    return run?.items[run.at]
  }

  /** Takes out the first; there is one. */
  pop(): T {
    const run = this.#heads.first as Run<T>
    const item = run.items[run.at] as T
    run.items[run.at++] = undefined
    this.#length--
    if (run.at === run.keys.length) this.#heads.pop()
    else this.#heads.raise(run.keys[run.at] as number)
    if (run.at >= LEAST_CUT && 4 * run.at >= 3 * run.keys.length) cutOff(run)
    return item
  }

  /** Puts in a run. */
  add({ keys, items }: Sorted<T>): void {
    this.#length += keys.length
    this.#add({ keys, items, at: 0 })
    const { length } = this.#heads
    if (length > FEW_RUNS && this.#length < length * this.#runLength * LEAST_SHARE) this.#joinShortest()
  }

  #add(run: Run<T>): void {
    this.#heads.push(run, run.keys[run.at] as number)
  }

  /** Two pairs become a run each, so that there are fewer, also with the one that was added. */
  #joinShortest(): void {
    const runs = this.#heads.all().sort((a, b) => lengthOf(a) - lengthOf(b))
    this.#heads = new KeyHeap<Run<T>>()
    for (const run of runs.splice(4)) this.#add(run)
    const [a, b, c, d] = runs as [Run<T>, Run<T>, Run<T>, Run<T>]
    this.#add(joined(a, d))
    this.#add(joined(b, c))
  }
}

function lengthOf({ keys, at }: Run<unknown>): number {
  return keys.length - at
}

/** What has left takes up memory, too. */
function cutOff(run: Run<unknown>): void {
  run.keys = run.keys.slice(run.at)
  run.items = run.items.slice(run.at)
  run.at = 0
}

function joined<T>(a: Run<T>, b: Run<T>): Run<T> {
  const keys = new Float64Array(lengthOf(a) + lengthOf(b))
  const items: (T | undefined)[] = []
  while (items.length < keys.length) {
    const isA = b.at === b.keys.length || (a.keys[a.at] as number) < (b.keys[b.at] as number)
    const from = isA ? a : b
    keys[items.length] = from.keys[from.at] as number
    items.push(from.items[from.at++])
  }
  return { keys, items, at: 0 }
}
