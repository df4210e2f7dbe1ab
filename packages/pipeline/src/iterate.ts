import { Fifo } from './fifo.ts'
import { Meter } from './meter.ts'
import type { Output } from './output.ts'
import { type Host, NONE } from './plan.ts'
import type { ActiveRun } from './run.ts'
import { END } from './taps.ts'

type Answer = IteratorResult<unknown, undefined>
type Resolve = (answer: Answer | PromiseLike<Answer>) => void

/**
 * The results of a pipeline, for `for await`: an output that is asked. The pipeline runs from the first `next` on.
 *
 *     offer ──▶ held, at most one ──▶ next()             somebody waits for an item, or an item for somebody, or neither
 *           └─▶ next() that waits
 *
 * Written by hand and not as a generator, which would queue `return` behind a `next` that waits: so a pipeline that is the source of
 * another one stops at once. An item costs one promise, that of `next`, and one for the run to go on.
 */
class Results implements Output, AsyncIterator<unknown, undefined> {
  readonly isPrompt = true
  readonly #start: (open: (host: Host) => Output) => ActiveRun
  readonly #abandon: () => unknown
  #run: ActiveRun | undefined
  #host: Host | undefined
  #meter: Meter | undefined
  #held: unknown = NONE
  #plain: (item: unknown) => unknown = asIs
  readonly #waiting = new Fifo()
  #hasEnded = false
  /** Whether the end, or the failure, has been told. */
  #isOver = false

  constructor(start: (open: (host: Host) => Output) => ActiveRun, abandon: () => unknown) {
    this.#start = start
    this.#abandon = abandon
  }

  get meter(): Meter {
    return this.#meter as Meter
  }

  get room(): boolean {
    return this.#held === NONE
  }

  get isEmpty(): boolean {
    return this.#held === NONE
  }

  offer(item: unknown): boolean {
    if (this.#waiting.ready) (this.#waiting.take() as Resolve)({ done: false, value: this.#plain(item) })
    else this.#held = item
    this.meter.started()
    this.meter.passed()
    return true
  }

  await(): void {}

  track(plain: (item: unknown) => unknown): void {
    this.#plain = plain
  }

  end(): void {
    this.#hasEnded = true
    while (this.#waiting.ready) (this.#waiting.take() as Resolve)(this.#last())
  }

  fail(): void {
    this.end()
  }

  next(): Promise<Answer> {
    if (this.#isOver) return Promise.resolve(END)
    if (this.#run === undefined) return this.#first()
    if (this.#held !== NONE) {
      const held = this.#held
      this.#held = NONE
      const value = this.#plain(held)
      this.#host?.proceedSoon()
      return Promise.resolve({ done: false, value })
    }
    return this.#hasEnded ? this.#last() : new Promise(this.#wait)
  }

  async return(): Promise<Answer> {
    this.#isOver = true
    this.#held = NONE
    this.end()
    await (this.#run === undefined ? this.#abandon() : this.#run.leave())
    return END
  }

  readonly #wait = (resolve: Resolve): void => this.#waiting.push(resolve)

  #first(): Promise<Answer> {
    try {
      this.#run = this.#start((host) => this.#open(host))
      return new Promise(this.#wait)
    } catch (error) {
      this.#isOver = true
      return Promise.reject(error)
    }
  }

  #open(host: Host): Output {
    this.#host = host
    this.#meter = new Meter('output', 1, 1, host.stopwatch)
    return this
  }

  /** The end, or once what the run failed with. */
  async #last(): Promise<Answer> {
    if (!this.#isOver) {
      this.#isOver = true
      await this.#run?.done
    }
    return END
  }
}

function asIs(item: unknown): unknown {
  return item
}

/** The results of the run that `start` makes with the output it is given. `abandon` is called if they are left before that. */
export function iterate(
  start: (open: (host: Host) => Output) => ActiveRun,
  abandon: () => unknown,
): AsyncIterator<unknown, undefined> {
  return new Results(start, abandon)
}
