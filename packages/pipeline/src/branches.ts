import { Fifo } from './fifo.ts'
import { END } from './taps.ts'

/** Which branches an item goes to, by their numbers. */
export type Route = (item: unknown) => readonly number[]

/**
 * Hands the items of one source to several branches, each with its own backpressure.
 *
 *     source ──▶ reading, while a branch waits and each has room ──▶ queue of the branch ──▶ next()
 *
 * The source is read while a branch wants an item and has none. An item for a branch that has `buffer` items waiting keeps the others from
 * reading on until that branch has taken one, or is left: so the branches must be consumed at the same time.
 *
 * INVARIANT  one loop reads, so at most one next() of the source is due, and at most one item waits for room in its branches.
 * INVARIANT  the source is closed, and over, when all branches are left, and before a failure of the route is told to any.
 */
export class Branches {
  readonly #source: AsyncIterable<unknown>
  readonly #route: Route
  readonly #buffer: number
  readonly #branches: readonly Branch[]
  #iterator: AsyncIterator<unknown> | undefined
  #isReading = false
  /** Called when a branch has taken an item, or is left. */
  #onRoom: (() => void) | undefined
  #hasEnded = false

  constructor(source: AsyncIterable<unknown>, count: number, route: Route, buffer: number) {
    this.#source = source
    this.#route = route
    this.#buffer = buffer
    const parent = { wants: () => this.#read(), hasRoom: () => this.#hasRoom(), left: () => this.#left() }
    this.#branches = Array.from({ length: count }, () => new Branch(parent))
  }

  /** Each a source of its own. */
  get all(): readonly Branch[] {
    return this.#branches
  }

  /** Reads until nobody waits. Never rejects. */
  async #read(): Promise<void> {
    if (this.#isReading || this.#hasEnded) return
    this.#isReading = true
    try {
      while (!this.#hasEnded && this.#branches.some(({ isWaiting }) => isWaiting)) await this.#readOne()
    } catch (error) {
      await this.#close().catch(() => {}) // The first error counts. If it is that of the source, this is closed already.
      this.#end({ error })
    }
    this.#isReading = false
  }

  async #readOne(): Promise<void> {
    this.#iterator ??= this.#source[Symbol.asyncIterator]()
    const { done, value } = await this.#iterator.next()
    if (this.#hasEnded) return
    if (done) {
      this.#end()
      return
    }
    for (const place of this.#route(value)) {
      const branch = this.#branches[place] as Branch
      while (branch.length >= this.#buffer) await this.#room()
      branch.give(value)
    }
  }

  #room(): Promise<void> {
    return new Promise((resolve) => {
      this.#onRoom = resolve
    })
  }

  #hasRoom(): void {
    this.#onRoom?.()
    this.#onRoom = undefined
  }

  async #left(): Promise<void> {
    this.#hasRoom()
    if (this.#hasEnded || this.#branches.some(({ isLeft }) => !isLeft)) return
    this.#hasEnded = true
    await this.#close()
  }

  async #close(): Promise<void> {
    this.#iterator ??= this.#source[Symbol.asyncIterator]() // One that was never read is left, too.
    await this.#iterator.return?.()
  }

  #end(failure?: Failed): void {
    this.#hasEnded = true
    for (const branch of this.#branches) branch.end(failure)
  }
}

interface Failed {
  readonly error: unknown
}

/** What a branch tells the one it belongs to. */
interface Parent {
  wants(): void
  hasRoom(): void
  left(): Promise<void>
}

type Answer = PromiseWithResolvers<IteratorResult<unknown>>

/**
 * One branch, as its pipeline reads it: once, one next() after the other.
 *
 * INVARIANT  a next() waits only while nothing is in the queue, and the branch has neither ended nor is left.
 */
export class Branch implements AsyncIterable<unknown>, AsyncIterator<unknown> {
  readonly isPrompt = true
  readonly #parent: Parent
  #queue = new Fifo()
  #waiting: Answer | undefined
  #hasEnded = false
  #failure: Failed | undefined
  length = 0
  isLeft = false

  constructor(parent: Parent) {
    this.#parent = parent
  }

  get isWaiting(): boolean {
    return this.#waiting !== undefined
  }

  give(item: unknown): void {
    if (this.isLeft) return
    const waiting = this.#waiting
    this.#waiting = undefined
    if (waiting !== undefined) waiting.resolve({ done: false, value: item })
    else {
      this.#queue.push(item)
      this.length++
    }
  }

  end(failure: Failed | undefined): void {
    this.#hasEnded = true
    this.#failure = failure
    if (this.#waiting !== undefined) this.#last().then(this.#waiting.resolve, this.#waiting.reject)
    this.#waiting = undefined
  }

  [Symbol.asyncIterator](): AsyncIterator<unknown> {
    return this
  }

  next(): Promise<IteratorResult<unknown>> {
    if (this.#queue.ready) {
      this.length--
      const value = this.#queue.take()
      this.#parent.hasRoom()
      return Promise.resolve({ done: false, value })
    }
    if (this.isLeft || this.#hasEnded) return this.#last()
    this.#waiting = Promise.withResolvers()
    const { promise } = this.#waiting
    this.#parent.wants()
    return promise
  }

  async return(): Promise<IteratorResult<unknown>> {
    if (this.isLeft) return END
    this.isLeft = true
    this.#queue = new Fifo()
    this.length = 0
    this.#waiting?.resolve(END)
    this.#waiting = undefined
    await this.#parent.left()
    return END
  }

  /** The end, or once the failure. */
  async #last(): Promise<IteratorResult<unknown>> {
    const failure = this.isLeft ? undefined : this.#failure
    this.#failure = undefined
    if (failure !== undefined) throw failure.error
    return END
  }
}
