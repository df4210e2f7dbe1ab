/**
 * Depth-first search over schedules, one turn at a time, from saved runs.
 *
 * Each state is looked at once (state matching, as in Java PathFinder and SPIN): two schedules that lead to the same state
 * go on alike. That leaves out every schedule that differs from another only in the order of steps which do not
 * conflict, and more. States form no circle, since every turn makes an actor older, so the schedules through a state
 * can be counted once and for all. With a bound on preemptions (M. Musuvathi, S. Qadeer, "Iterative context bounding",
 * 2007) the preemptions spent are part of the state, hence the bound leaves out nothing that it allows.
 */
import type { ActorLike, ExploreOptions } from './api.ts'
import { Key } from './key.ts'
import type { Failure, Model } from './model.ts'
import { Run, type Saved } from './run.ts'
import type { Turn } from './schedule.ts'
import { StateTable } from './state-table.ts'
import { verdict } from './verdict.ts'

/** How far a search goes. */
export interface SearchOptions {
  readonly preemptions: number
  readonly maxRuns: number
  readonly mostSteps: number
  readonly reduces: boolean
  readonly check: ExploreOptions<Readonly<Record<string, ActorLike>>, unknown>['check']
}

interface Frame {
  readonly saved: Saved
  readonly turns: readonly Turn[]
  readonly state: number
  next: number
  schedules: number
}

/** One search, with what it counts. */
export class Search {
  schedules = 0
  runs = 0
  steps = 0
  pruned = 0
  held = 0
  states = 0
  isComplete = false
  readonly #model: Model
  readonly #options: SearchOptions

  constructor(model: Model, options: SearchOptions) {
    this.#model = model
    this.#options = options
  }

  /** Searches to the end, to a limit, or to the first run that breaks something, which it answers. */
  find(): { failure: Failure; run: Run } | undefined {
    for (;;) {
      const { epoch } = this.#model.sharing
      const found = this.#attempt(epoch)
      if (found !== 'again') return found
    }
  }

  #attempt(epoch: number): { failure: Failure; run: Run } | undefined | 'again' {
    const { reduces, preemptions, maxRuns, mostSteps } = this.#options
    const run = new Run(this.#model, reduces)
    const key = new Key(this.#model, preemptions !== Number.POSITIVE_INFINITY)
    const table = new StateTable(key.row.length)
    const stack: Frame[] = []
    this.schedules = this.runs = this.pruned = this.held = this.states = 0
    this.steps += run.events.length
    for (;;) {
      if (run.failure !== undefined) return { failure: run.failure, run }
      if (reduces && this.#model.sharing.epoch !== epoch) return 'again'
      this.#arrive(run, table, key, stack)
      if (run.failure !== undefined) return { failure: run.failure, run }
      this.states = table.length
      if (this.runs + this.pruned >= maxRuns || this.steps >= mostSteps) return this.#leave(stack)
      const turn = this.#backtrack(run, table, stack)
      if (turn === undefined) return this.#finish(stack)
      const before = run.events.length
      run.take(turn)
      this.steps += run.events.length - before
    }
  }

  // Looks at the state the run has come to: known, over, or to be gone on from.
  #arrive(run: Run, table: StateTable, key: Key, stack: Frame[]): void {
    const parent = stack.at(-1)
    let state = -1
    if (this.#options.reduces) {
      const { length } = table
      state = table.add(key.write(run))
      if (state < length) {
        this.pruned++
        if (parent !== undefined) parent.schedules += table.count(state)
        return
      }
    }
    const turns = run.turns(this.#options.preemptions)
    this.held += run.held
    const frame = { saved: run.save(), turns, state, next: 0, schedules: 0 }
    stack.push(frame)
    if (!run.isOver) return
    run.failure = verdict(this.#model, run, this.#options.check)
    this.runs++
    frame.schedules = 1
  }

  // Goes back to the last run that has a turn left, and answers the turn.
  #backtrack(run: Run, table: StateTable, stack: Frame[]): Turn | undefined {
    for (;;) {
      const frame = stack.at(-1)
      if (frame === undefined) return undefined
      const turn = frame.turns[frame.next]
      if (turn !== undefined) {
        if (frame.next > 0 || run.events.length !== frame.saved.length) run.restore(frame.saved)
        frame.next++
        return turn
      }
      if (stack.length === 1) return undefined
      stack.pop()
      if (frame.state !== -1) table.setCount(frame.state, frame.schedules)
      const parent = stack.at(-1)
      if (parent !== undefined) parent.schedules += frame.schedules
    }
  }

  #finish([root]: Frame[]): undefined {
    this.schedules = root?.schedules ?? 0
    this.isComplete = true
  }

  #leave(stack: Frame[]): undefined {
    this.schedules = stack.reduce((sum, { schedules }) => sum + schedules, 0)
  }
}
