import { checkCount } from './options.ts'

/** Which branches an item goes to, by their numbers. */
export type Route = (item: unknown) => readonly number[]

/**
 * Hands the items of one source to several branches, each with its own backpressure.
 *
 *     source ──▶ reading, while the branch it goes to has room ──▶ queue of the branch ──▶ next()
 *
 * The source is read when a branch wants an item and has none. An item for a branch that has `buffer` items waiting keeps the others from
 * reading on until that branch has taken one, or is left: so the branches must be consumed at the same time.
 *
 * INVARIANT  at most one next() of the source is due, and at most one item waits for room in its branches.
 * INVARIANT  the source is closed when all branches are left, once.
 */
export class Branches {
  readonly #source: AsyncIterable<unknown>
  readonly #route: Route
  readonly #buffer: number
  readonly #branches: Branch[]
  #iterator: AsyncIterator<unknown> | undefined
  #reading: Promise<void> | undefined
  #room = Promise.withResolvers<void>()
  #hasEnded = false
  #failed: { readonly error: unknown } | undefined

  constructor(source: AsyncIterable<unknown>, count: number, route: Route, buffer: number) {
    checkCount('branches: buffer', buffer, 1)
    this.#source = source
    this.#route = route
    this.#buffer = buffer
    this.#branches = Array.from({ length: count }, () => new Branch(this))
  }

  /** Each a source of its own. */
  get all(): readonly AsyncIterable<unknown>[] {
    return this.#branches
  }

  async next(branch: Branch): Promise<IteratorResult<unknown>> {
    while (branch.queue.length === 0 && !branch.isLeft && !this.#hasEnded) {
      this.#reading ??= this.#read()
      await Promise.race([this.#reading, branch.wake()])
    }
    if (branch.queue.length > 0) {
      const value = branch.queue.shift()
      this.#madeRoom()
      return { done: false, value }
    }
    if (this.#failed !== undefined && !branch.isLeft && !branch.wasTold) {
      branch.wasTold = true
      throw this.#failed.error
    }
    return { done: true, value: undefined }
  }

  async leave(branch: Branch): Promise<void> {
    if (branch.isLeft) return
    branch.isLeft = true
    branch.queue.length = 0
    branch.rouse()
    this.#madeRoom()
    if (this.#hasEnded || this.#branches.some(({ isLeft }) => !isLeft)) return
    this.#hasEnded = true
    await this.#iterator?.return?.()
  }

  /** Reads one item, and puts it where it goes to. Never rejects. */
  async #read(): Promise<void> {
    try {
      this.#iterator ??= this.#source[Symbol.asyncIterator]()
      const { done, value } = await this.#iterator.next()
      if (done) this.#hasEnded = true
      else await this.#deliver(value)
    } catch (error) {
      this.#hasEnded = true
      this.#failed ??= { error }
    } finally {
      this.#reading = undefined
      if (this.#hasEnded) for (const branch of this.#branches) branch.rouse()
    }
  }

  async #deliver(item: unknown): Promise<void> {
    for (const place of this.#route(item)) {
      const branch = this.#branches[place]
      if (branch === undefined) throw new RangeError(`branches: there is no branch ${place}`)
      while (branch.queue.length >= this.#buffer && !branch.isLeft) await this.#room.promise
      if (branch.isLeft) continue
      branch.queue.push(item)
      branch.rouse()
    }
  }

  #madeRoom(): void {
    this.#room.resolve()
    this.#room = Promise.withResolvers()
  }
}

/** One branch, as its pipeline reads it: once. */
class Branch implements AsyncIterable<unknown> {
  readonly queue: unknown[] = []
  isLeft = false
  wasTold = false
  readonly #of: Branches
  #wake = Promise.withResolvers<void>()

  constructor(of: Branches) {
    this.#of = of
  }

  /** Resolves when something has come for it, or it is over. */
  wake(): Promise<void> {
    return this.#wake.promise
  }

  rouse(): void {
    this.#wake.resolve()
    this.#wake = Promise.withResolvers()
  }

  [Symbol.asyncIterator](): AsyncIterator<unknown> {
    return {
      next: () => this.#of.next(this),
      return: async () => {
        await this.#of.leave(this)
        return { done: true, value: undefined }
      },
    }
  }
}
