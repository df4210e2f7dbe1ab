import type { Stage } from '../api.ts'
import type { Meter } from '../meter.ts'

/**
 * The stage, as its functions are told of it.
 *
 *     CallStage ──▶ wrappers (attempts, results in place of errors) ──▶ the user's function
 *
 * INVARIANT  what fails and never reaches the CallStage as an error, because a wrapper gave something else, is counted here; the rest there.
 */
export class CalledStage implements Stage {
  readonly name: string
  readonly signal: AbortSignal
  // Out of the sight of the user, who is handed this.
  readonly #meter: Meter

  constructor(meter: Meter, signal: AbortSignal) {
    this.name = meter.name
    this.signal = signal
    this.#meter = meter
  }

  /** A call failed for good, and gives something all the same. */
  static failed(stage: Stage): void {
    if (#meter in stage) stage.#meter.failed(stage.signal)
  }
}
