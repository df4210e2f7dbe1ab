import { Express } from './express.ts'
import type { Failure } from './failure.ts'
import type { Output } from './output.ts'
import { type ActiveStage, type Downstream, NONE, type Passage, type Upstream } from './plan.ts'
import type { Source } from './source.ts'
import type { Stopwatch } from './stopwatch.ts'
import { Turn } from './turn.ts'

/** As many as there are. Not infinite: V8 counts whole numbers faster than fractions. */
const MANY = 2 ** 30

/** Its `then` costs less than `queueMicrotask`, and a third where there is an `AsyncLocalStorage`. */
const SOON = Promise.resolve()

/** The parts of a run, in their order. */
export interface Parts {
  readonly source: Source
  readonly stages: readonly ActiveStage[]
  readonly output: Output
}

/** What happens when nothing can move any more. */
export interface Endings {
  /** Every item has left. */
  succeed(): void
  /** The run has failed, and no call runs. */
  stop(): void
  /** Nothing before this stage is wanted any more. */
  cut(stage: number): void
}

/**
 * Moves items from each part of a run to the next, whenever there is an item here and room there.
 *
 *     source ──0──▶ stage ──1──▶ stage ──2──▶ output          a link k joins upstream[k] to downstream[k]
 *
 * An item moved over link k may be ready for link k + 1, and has made room for link k − 1. So a pass starts at the last link,
 * goes a link towards the output after a move and a link towards the source where nothing moves, and is complete when it passes link 0:
 * then nothing can move. What is nearest to the output moves first, so that few items are in the run at a time. No promise
 * and no queue lies between two stages. What can go from the source through several stages at once goes by the express instead.
 *
 * A stage that is satisfied ends its own link and all before it. The run has succeeded when all links have ended and no call runs.
 *
 * INVARIANT  one pass at a time; what happens during a pass (a call fails, the run is aborted) is seen before its next move.
 * INVARIANT  when no pass runs, rests or is due, nothing can move; so each event outside of a pass calls `proceed` or `proceedSoon`.
 */
export class Schedule {
  readonly #source: Source
  readonly #stages: readonly ActiveStage[]
  readonly #upstream: readonly Upstream[]
  readonly #downstream: readonly Downstream[]
  /** Whether calls may wait inside of a stage. */
  readonly #mayResume: boolean
  readonly #output: Output
  readonly #failure: Failure
  readonly #stopwatch: Stopwatch
  readonly #mostInFlight: number | undefined
  /** The link over which items enter the run: the first one, or that behind the sources of a join. */
  readonly #entry: number
  readonly #endings: Endings
  readonly #turn: Turn
  readonly #express: Express
  #passing = false
  /** Whether something has changed since the last pass began, at any link. */
  #hasChanged = false
  /** Whether a microtask is queued that proceeds. */
  #isDue = false
  /** How many links will carry nothing any more, counted from the source. */
  #endedLinks = 0
  #over = false
  #hasBegun = false
  #hasRested = false

  constructor(
    { source, stages, output }: Parts,
    failure: Failure,
    stopwatch: Stopwatch,
    mostInFlight: number | undefined,
    entry: number,
    endings: Endings,
  ) {
    this.#source = source
    this.#stages = stages
    this.#upstream = [source, ...stages]
    this.#downstream = [...stages, output]
    this.#mayResume = stages.some(({ resume }) => resume !== undefined)
    this.#output = output
    this.#failure = failure
    this.#stopwatch = stopwatch
    this.#turn = new Turn(() => stopwatch.expire())
    this.#mostInFlight = mostInFlight
    this.#entry = entry
    this.#endings = endings
    this.#express = this.#openExpress()
  }

  /** Moves all that can move. Called during a pass it has another one follow. */
  readonly proceed = (): void => {
    this.#isDue = false
    this.#hasChanged = true
    if (this.#passing || this.#over) return
    if (!this.#failure.happened && !this.#turn.resting) {
      this.#passing = true
      this.#turn.open(this.#stopwatch.realMs)
      if (!this.#hasBegun) this.#begin()
      if (!this.#hasRested || this.#moveEach()) {
        do {
          this.#hasChanged = false
          this.#pass()
        } while (this.#canGoOn() && (this.#hasChanged || this.#canEndLink()))
      }
      this.#passing = false
    }
    if (this.#failure.happened) this.#stopWhenQuiet()
    else if (this.#endedLinks === this.#downstream.length && this.#output.isEmpty && this.#isQuiet()) {
      this.#over = true
      this.#endings.succeed()
    }
  }

  /** Proceeds when whatever else is ready has happened too: many calls that settle at once are seen by one pass. */
  proceedSoon(): void {
    this.#hasChanged = true
    if (this.#isDue || this.#passing) return
    this.#isDue = true
    SOON.then(this.proceed)
  }

  readonly #resume = (): void => {
    this.#stopwatch.tick()
    this.proceed()
  }

  #pass(): void {
    let link = this.#stages.length
    while (this.#canGoOn()) {
      if (link < this.#endedLinks) {
        if (this.#endedLinks > 0 || !this.#source.runAhead() || this.#restIsDue()) return
        link = 0
      }
      const reached = link === 0 ? this.#takeExpress() : undefined
      if (reached === undefined) link = this.#move(link, false)
      else if (this.#failure.happened || this.#restIsDue()) return
      else link = reached
    }
  }

  /**
   * Moves an item over each link, the last one first, and ends what can end; false if there is no time left for a pass. A stage that makes
   * items without end of one it took would keep a pass from all links before it. It is never too late where nothing has moved.
   */
  #moveEach(): boolean {
    this.#hasRested = false
    let hasMoved = false
    for (let link = this.#stages.length; link >= this.#endedLinks && !this.#failure.happened; link--)
      if (this.#move(link, true) >= link) hasMoved = true
    while (!this.#failure.happened && this.#canEndLink()) hasMoved = true
    return !hasMoved || !this.#restIsDue()
  }

  /**
   * Moves items over a link, or only one, each as far as it goes at once, until one is ready at a link behind, or this one has ended. Gives
   * the link that is next: the one before if nothing moves any more.
   */
  #move(link: number, isOne: boolean): number {
    const from = this.#upstream[link] as Upstream
    const to = this.#downstream[link] as Downstream
    let reached = link
    do {
      if (this.#mayResume && from.resume?.()) continue
      if (!to.room || !this.#mayEnter(link) || !from.ready()) return link - 1
      if (this.#failure.happened) return link // The source did that, inside of its next().
      if (to === this.#output) this.#leave(from)
      else reached = this.#carry(from.take(), link)
    } while (!isOne && reached === link && link >= this.#endedLinks && !this.#failure.happened && !this.#restIsDue())
    return reached
  }

  #leave(from: Upstream): void {
    if (this.#output.offer(from.peek())) from.take()
    else if (!this.#failure.happened) this.#output.await(from)
  }

  /**
   * Takes an item that has left for `link` from stage to stage while each gives something at once and the next has room. Gives the link that
   * is next.
   */
  #carry(left: unknown, link: number): number {
    const stages = this.#stages
    let item = left
    for (let at = link; at < stages.length; at++) {
      const stage = stages[at] as ActiveStage
      item = stage.accept(item)
      if (isSatisfied(stage)) this.#cut(at)
      const next = this.#downstream[at + 1] as Downstream
      if (item === NONE) return next.room && stage.ready() ? at + 1 : link
      if (this.#failure.happened || !next.room) {
        stage.hold?.(item)
        return link
      }
    }
    if (!this.#output.offer(item)) {
      const last = this.#upstream[stages.length] as Upstream
      last.hold?.(item)
      if (!this.#failure.happened) this.#output.await(last)
    }
    return link
  }

  /** It goes to the first stage that has no passage. */
  #openExpress(): Express {
    const passages: Passage[] = []
    for (const { passage } of this.#stages) {
      if (passage === undefined) break
      passages.push(passage)
    }
    const link = passages.length
    return new Express(this.#source, passages, this.#failure, this.#stopwatch, {
      place: this.#downstream[link] as Downstream,
      arrive: (item) => {
        const reached = this.#carry(item, link)
        return reached > link ? reached : this.#endedLinks
      },
    })
  }

  /** Takes items past many links at once, where that is possible. Gives the link that is next; undefined if none moved. */
  #takeExpress(): number | undefined {
    if (this.#mostInFlight === undefined) return this.#express.run(MANY)
    return this.#mayEnter(0) ? this.#express.run(1) : undefined
  }

  /** Whether the run may take in another item. One that makes several counts as many: no more is taken in until they have left. */
  #mayEnter(link: number): boolean {
    if (link !== this.#entry || this.#mostInFlight === undefined) return true
    let inFlight = 0
    for (let at = link; at < this.#stages.length; at++) {
      const { meter, unseen = 0 } = this.#stages[at] as ActiveStage
      inFlight += meter.held + unseen
    }
    return inFlight < this.#mostInFlight
  }

  /** A stage may want nothing at all. */
  #begin(): void {
    this.#hasBegun = true
    const last = this.#stages.findLastIndex(isSatisfied)
    if (last >= 0) this.#cut(last)
  }

  #cut(link: number): void {
    if (link < this.#endedLinks) return
    this.#endedLinks = link + 1
    this.#endings.cut(link)
    this.#downstream[link]?.end()
  }

  #restIsDue(): boolean {
    if (!this.#turn.isOver(this.#stopwatch.realMs)) return false
    this.#hasRested = true
    this.#turn.rest(this.#resume)
    return true
  }

  #canGoOn(): boolean {
    return !this.#failure.happened && !this.#turn.resting
  }

  /** Ends the first link that has not ended, if its upstream has. What that sets free (the rest of a batch) needs another pass. */
  #canEndLink(): boolean {
    if (!this.#upstream[this.#endedLinks]?.finished) return false
    this.#downstream[this.#endedLinks++]?.end()
    return true
  }

  #stopWhenQuiet(): void {
    if (!this.#isQuiet()) return
    this.#over = true
    this.#endings.stop()
  }

  #isQuiet(): boolean {
    return this.#stages.every((stage) => stage.meter.running === 0)
  }
}

function isSatisfied(stage: Downstream): boolean {
  return (stage as Partial<ActiveStage>).satisfied === true
}
