import type { MessagePort } from 'node:worker_threads'
import type { Lane } from './lane.ts'
import type { LaneRuns } from './lane-runs.ts'
import { LOOK } from './messages.ts'

/** Of what is lent in a row, the thread sees so much at a time: waking it costs as much as many short tasks. */
const MOST_HIDDEN = 64
const MOST_HIDDEN_US = 100

/**
 * Before what a thread was lent and does not see yet.
 *
 * INVARIANT  it is lifted in this turn of the event loop.
 */
export class Curtain {
  readonly #lane: Lane
  readonly #runs: LaneRuns
  readonly #port: MessagePort
  /** Up to where the thread sees the lane. */
  #shown = 0
  #hiddenUs = 0
  #willLift = false

  constructor(lane: Lane, runs: LaneRuns, port: MessagePort) {
    this.#lane = lane
    this.#runs = runs
    this.#port = port
  }

  /** A task was lent that takes about so long. */
  lent(us: number): void {
    this.#hiddenUs += us
    if (this.#hiddenUs > MOST_HIDDEN_US || ((this.#runs.tail - this.#shown) | 0) > MOST_HIDDEN) this.#lift()
    else if (!this.#willLift) {
      this.#willLift = true
      queueMicrotask(this.#lift)
    }
  }

  readonly #lift = (): void => {
    this.#willLift = false
    this.#hiddenUs = 0
    if (this.#shown === this.#runs.tail) return
    this.#shown = this.#runs.tail
    if (this.#lane.publish(this.#shown)) this.#port.postMessage(LOOK)
  }
}
