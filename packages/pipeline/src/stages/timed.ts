/** Stages that go by the clock. */
import { startTimer } from '@millrace/notify'
import type { NameOptions, RateOptions } from '../api.ts'
import type { StageLineage } from '../lineage/lineage.ts'
import { checkCount, checkMs, checkNumber, nameOf } from '../options.ts'
import { type Host, NONE, type Place, type StagePlan } from '../plan.ts'
import { HoldingStage } from './holding.ts'

/** A stage that lets so many items through in a time, by a token bucket. */
export function rateLimitPlan(rate: RateOptions, position: number): StagePlan {
  const name = nameOf('rateLimit', rate, position, ['count', 'perMs', 'burst'])
  const { count, perMs, burst = 1 } = (rate ?? {}) as RateOptions
  checkCount('rateLimit: count', count, 1)
  checkMs('rateLimit: perMs', perMs)
  checkNumber('rateLimit: perMs', perMs, 0)
  checkCount('rateLimit: burst', burst, 1)
  return {
    name,
    buffer: 0,
    open: (host, place) => new RateStage(perMs / count, burst, host, place),
  }
}

/** A stage that emits an item when no other has come for so long. */
export function debouncePlan(ms: number, options: NameOptions | undefined, position: number): StagePlan {
  checkMs('debounce: ms', ms)
  return {
    name: nameOf('debounce', options, position),
    buffer: 0,
    open: (host, place) => new DebounceStage(ms, host, place),
  }
}

/** What stages have in common that hold items until a time. */
export abstract class TimedStage extends HoldingStage {
  #cancel: (() => void) | undefined

  constructor(host: Host, place: Place) {
    super(host, place.name, 1 + place.buffer)
  }

  close(): void {
    this.#cancel?.()
  }

  protected get isWaiting(): boolean {
    return this.#cancel !== undefined
  }

  /** Calls back once after so long, in place of what was asked for before. */
  protected wait(ms: number, timeIsUp: () => void): void {
    this.#cancel?.()
    this.#cancel = startTimer(ms, () => {
      this.#cancel = undefined
      if (this.host.signal.aborted) return
      this.host.stopwatch.tick()
      timeIsUp()
      this.host.proceed()
    })
  }

  protected stopWaiting(): void {
    this.#cancel?.()
    this.#cancel = undefined
  }
}

/**
 * A token bucket: a token comes each `everyMs`, at most `burst` lie there, and each item takes one when it leaves.
 *
 * INVARIANT  while an item is held and no token is there, a timer runs that ends when one is.
 */
class RateStage extends TimedStage {
  readonly #everyMs: number
  readonly #burst: number
  #tokens: number
  #countedAt = performance.now()

  constructor(everyMs: number, burst: number, host: Host, place: Place) {
    super(host, place)
    this.#everyMs = everyMs
    this.#burst = burst
    this.#tokens = burst
  }

  accept(item: unknown): typeof NONE {
    this.meter.took()
    this.held.push(item)
    this.meter.gave()
    return NONE
  }

  override ready(): boolean {
    if (!this.held.ready) return false
    this.#count()
    if (this.#tokens >= 1) return true
    if (!this.isWaiting) this.wait((1 - this.#tokens) * this.#everyMs, () => {})
    return false
  }

  override take(): unknown {
    this.#tokens--
    return super.take()
  }

  #count(): void {
    const now = performance.now()
    this.#tokens = Math.min(this.#burst, this.#tokens + (now - this.#countedAt) / this.#everyMs)
    this.#countedAt = now
  }
}

/** INVARIANT  of the items that came without a pause between them the last one is held, and a timer runs. */
class DebounceStage extends TimedStage {
  readonly #ms: number
  readonly #lineage: StageLineage | undefined
  #latest: unknown

  constructor(ms: number, host: Host, place: Place) {
    super(host, place)
    this.#ms = ms
    this.#lineage = place.lineage
  }

  accept(item: unknown): typeof NONE {
    this.meter.took()
    if (this.#latest !== undefined) this.#lineage?.release(this.#latest)
    this.#latest = item
    this.wait(this.#ms, () => this.#emit())
    return NONE
  }

  override end(): void {
    super.end()
    this.stopWaiting()
    this.#emit()
  }

  #emit(): void {
    if (this.#latest === undefined) return
    this.held.push(this.#latest)
    this.#latest = undefined
    this.meter.gave()
  }
}
