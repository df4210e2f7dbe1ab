import type { PoolTask } from '../task.ts'
import type { Death, Run } from './api.ts'
import { after, LANE_LENGTH, type Lane } from './lane.ts'
import type { Pace } from './pace.ts'

/**
 * What the pool knows of the tasks in a lane.
 *
 * INVARIANT  runs are at positions from `oldest` to before `tail`; those taken back are gone. While there is any, one is at `oldest`.
 */
export class LaneRuns {
  readonly #runs = new Array<Run | undefined>(LANE_LENGTH).fill(undefined)
  #oldest = 0
  #tail = 0
  #length = 0
  #aheadUs = 0

  /** Where the next task goes. */
  get tail(): number {
    return this.#tail
  }

  /** How many tasks there are. */
  get length(): number {
    return this.#length
  }

  /** How long they will take, in microseconds, as far as is known. */
  get aheadUs(): number {
    return this.#aheadUs
  }

  /** Whether no position is left. */
  get isFull(): boolean {
    return ((this.#tail - this.#oldest) | 0) >= LANE_LENGTH
  }

  /** The one that runs. */
  get oldest(): Run | undefined {
    return this.#runs[this.#oldest & (LANE_LENGTH - 1)]
  }

  /** Puts a task at the tail. */
  add(task: PoolTask, pace: Pace): void {
    const run: Run = { task, position: this.#tail, pace, us: pace.us, hasBegun: false, cancelled: undefined }
    this.#runs[this.#tail & (LANE_LENGTH - 1)] = run
    this.#tail = after(this.#tail)
    this.#aheadUs += run.us
    this.#length++
  }

  /** Takes one out. */
  remove(run: Run): void {
    this.#runs[run.position & (LANE_LENGTH - 1)] = undefined
    this.#length--
    this.#aheadUs -= run.us
    if (this.#length === 0) {
      this.#oldest = this.#tail
      this.#aheadUs = 0
    } else if (run.position === this.#oldest) {
      do this.#oldest = after(this.#oldest)
      while (this.oldest === undefined)
    }
  }

  /** Whether it is still there. */
  has(run: Run): boolean {
    return this.#runs[run.position & (LANE_LENGTH - 1)] === run
  }

  /** The one at a position, if it is still there. */
  at(position: number): Run | undefined {
    const run = this.#runs[position & (LANE_LENGTH - 1)]
    return run?.position === position ? run : undefined
  }

  /** That of a task. */
  of(task: PoolTask): Run | undefined {
    return this.all().find((run) => run.task === task)
  }

  /** Takes all of them out of the lane of a thread that is gone. */
  abandon(lane: Lane): Pick<Death, 'run' | 'unstarted' | 'lost'> {
    let started: Run | undefined
    const unstarted: PoolTask[] = []
    const lost: PoolTask[] = []
    for (const run of this.all()) {
      if (!lane.takeBack(run.position)) started = run
      else if (isMovable(run.task)) unstarted.push(run.task)
      else lost.push(run.task)
    }
    for (const run of this.all()) this.remove(run)
    return { run: started, unstarted, lost }
  }

  /** All of them, in order. */
  all(): Run[] {
    const all: Run[] = []
    for (let at = this.#oldest; at !== this.#tail; at = after(at)) {
      const run = this.#runs[at & (LANE_LENGTH - 1)]
      if (run !== undefined) all.push(run)
    }
    return all
  }
}

/** Whether another thread may run the task: nothing of it was moved to this one, and it is not for this one alone. */
export function isMovable({ call }: PoolTask): boolean {
  return call.transfer === undefined && !call.isOwn
}
