/** After so many runs of one value each, values are shown at once. */
const LONE_RUNS = 8
/** Of values shown at once, each so many, one waits for the end of its run again, to see whether others follow. */
const LONE_VALUES = 64

/**
 * How soon one side of a lazy ring shows a value: with all others of the same run of synchronous code, which is what makes it fast;
 * or at once, if each is followed by an `await`: then to be told of the end of a run costs more than it spares.
 */
export class Pace {
  #inRun = 0
  #loneRuns = 0
  #untilRun = LONE_VALUES

  /** A value was moved by itself. Answers whether it is shown at once; else it is when its run is over. */
  isShownAtOnce(): boolean {
    if (this.#loneRuns === LONE_RUNS && --this.#untilRun > 0) return true
    this.#inRun++
    return false
  }

  /** A run is over. */
  endRun(): void {
    if (this.#inRun === 0) return
    this.#loneRuns = this.#inRun > 1 ? 0 : Math.min(LONE_RUNS, this.#loneRuns + 1)
    this.#untilRun = LONE_VALUES
    this.#inRun = 0
  }
}
