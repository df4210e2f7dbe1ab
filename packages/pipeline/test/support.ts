/**
 * Resolves when everything that is ready has run: microtasks, and the turns a pipeline rests for, however many a slow
 * machine makes it take. A run that never has to wait would be ready for ever: after many turns it is left.
 */
export async function quiet(): Promise<void> {
  for (let turns = 0; turns < 5 || (turns < 1000 && hasTurnsToCome()); turns++)
    await new Promise((resolve) => setImmediate(resolve))
}

function hasTurnsToCome(): boolean {
  return process.getActiveResourcesInfo().includes('Immediate')
}

/** How often the event loop turns until `run` is done. */
export async function turnsDuring(run: () => Promise<unknown>): Promise<number> {
  let turns = 0
  let isOver = false
  const turn = (): void => {
    turns++
    if (!isOver) setImmediate(turn)
  }
  setImmediate(turn)
  await run()
  isOver = true
  return turns
}

/** A function for a stage whose calls the test ends by hand. */
export class Work<T, R = T> {
  /** The items of all calls, in the order in which they began. */
  readonly begun: T[] = []
  /** The most calls that ran at a time. */
  most = 0
  readonly #running = new Map<T, PromiseWithResolvers<R>>()

  readonly fn = (item: T): Promise<R> => {
    const call = Promise.withResolvers<R>()
    this.begun.push(item)
    this.#running.set(item, call)
    this.most = Math.max(this.most, this.#running.size)
    return call.promise
  }

  /** The items whose calls run. */
  get running(): T[] {
    return [...this.#running.keys()]
  }

  finish(item: T, result: R): Promise<void> {
    this.#take(item).resolve(result)
    return quiet()
  }

  fail(item: T, error: unknown): Promise<void> {
    this.#take(item).reject(error)
    return quiet()
  }

  #take(item: T): PromiseWithResolvers<R> {
    const call = this.#running.get(item)
    if (call === undefined) throw new Error(`no call runs for ${String(item)}`)
    this.#running.delete(item)
    return call
  }
}

/** A source that counts what is taken from it, and how it is closed. */
export class Counted implements Iterable<number> {
  taken = 0
  returned = 0
  readonly #length: number

  constructor(length: number = Number.POSITIVE_INFINITY) {
    this.#length = length
  }

  [Symbol.iterator](): Iterator<number> {
    return {
      next: () => (this.taken < this.#length ? { done: false, value: this.taken++ } : { done: true, value: undefined }),
      return: () => {
        this.returned++
        return { done: true, value: undefined }
      },
    }
  }
}

/** The error a promise rejects with, in a box since it may be `undefined`; fails if it resolves. */
export async function rejection(promise: Promise<unknown>): Promise<{ error: unknown }> {
  try {
    await promise
  } catch (error) {
    return { error }
  }
  throw new Error('it resolved')
}

/** What `use` leaves behind as unhandled rejections. */
export async function unhandledDuring(use: () => Promise<void>): Promise<unknown[]> {
  const found: unknown[] = []
  const note = (error: unknown): void => void found.push(error)
  const others = process.listeners('unhandledRejection')
  process.removeAllListeners('unhandledRejection')
  process.on('unhandledRejection', note)
  try {
    await use()
    await quiet()
  } finally {
    process.off('unhandledRejection', note)
    for (const listener of others) process.on('unhandledRejection', listener)
  }
  return found
}

/** A source that notes what it is told of each item. */
export class Settled {
  readonly well: number[] = []
  readonly badly: [item: number, error: unknown][] = []
  readonly items: Iterable<number>

  constructor(items: Iterable<number>) {
    this.items = items
  }

  settle(item: number, ...errors: unknown[]): void {
    if (errors.length === 0) this.well.push(item)
    else this.badly.push([item, errors[0]])
  }
}
