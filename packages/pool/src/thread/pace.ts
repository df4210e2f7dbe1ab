/** What a task takes that was never measured: half of what a thread gets ahead. */
const UNKNOWN_US = 250
/** How far an estimate follows a run that took longer, and one that took less: what is short has to prove it. */
const RISE = 0.5
const FALL = 0.2

/** One export: its number in the lanes, and how long its tasks take. */
export class Pace {
  readonly number: number
  /** The time of a task, in microseconds, as far as is known. */
  us: number = UNKNOWN_US
  #isMeasured = false

  constructor(number: number) {
    this.number = number
  }

  /** A task took so long. */
  measured(us: number): void {
    if (this.#isMeasured) this.us += (us - this.us) * (us > this.us ? RISE : FALL)
    else this.us = us
    this.#isMeasured = true
  }
}

/** The exports that tasks of a pool have called. */
export class Paces {
  readonly #paces = new Map<string, Pace>()

  /** That of a name. */
  of(name: string): Pace {
    let pace = this.#paces.get(name)
    if (pace === undefined) {
      pace = new Pace(this.#paces.size)
      this.#paces.set(name, pace)
    }
    return pace
  }
}
