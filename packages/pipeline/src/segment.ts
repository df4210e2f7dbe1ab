import { abortError } from './failure.ts'
import type { Host, StagePlan } from './plan.ts'

/**
 * The part of a run before a stage that may be satisfied early: its signal aborts, too, when nobody wants its items any more, and
 * what fails then is of no interest.
 */
class Segment implements Host {
  readonly signal: AbortSignal
  readonly #run: Host
  readonly #controller = new AbortController()

  constructor(run: Host) {
    this.#run = run
    this.signal = AbortSignal.any([run.signal, this.#controller.signal])
  }

  get stopwatch(): Host['stopwatch'] {
    return this.#run.stopwatch
  }

  get #isCut(): boolean {
    return this.#controller.signal.aborted
  }

  fail(error: unknown): void {
    this.failed(error)
    this.#run.proceed()
  }

  failed(error: unknown): void {
    if (!this.#isCut) this.#run.failed(error)
  }

  failCall(error: unknown): void {
    if (!this.#isCut) this.#run.failCall(error)
  }

  proceedSoon(): void {
    this.#run.proceedSoon()
  }

  proceed(): void {
    this.#run.proceed()
  }

  cut(): void {
    if (!this.#isCut) this.#controller.abort(abortError('The pipeline has all it wanted'))
  }
}

/**
 * The hosts of the parts of a run.
 *
 *     source ─ map ─┊─ take ─ map ─┊─ take ─ map ─ output        a stage that may be satisfied begins a part of its own
 *     Segment       ┊  Segment     ┊  the run
 */
export class Segments {
  readonly #before: (Segment | undefined)[]
  readonly #hosts: readonly Host[]
  /** The host of the source. */
  readonly source: Host

  constructor(stages: readonly StagePlan[], run: Host) {
    let host: Host = run
    const hosts: Host[] = []
    this.#before = stages.map(() => undefined)
    for (let i = stages.length - 1; i >= 0; i--) {
      hosts[i] = host
      if (!stages[i]?.isCut) continue
      const segment = new Segment(run)
      this.#before[i] = segment
      host = segment
    }
    this.#hosts = hosts
    this.source = host
  }

  /** The host of a stage. */
  of(stage: number): Host {
    return this.#hosts[stage] as Host
  }

  /** Nothing before a stage is wanted any more. */
  cut(stage: number): void {
    for (const segment of this.#before.slice(0, stage + 1)) segment?.cut()
  }
}
