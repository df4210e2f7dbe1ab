import type { BatchOptions } from '../api.ts'
import type { StageLineage } from '../lineage/lineage.ts'
import { checkCount, checkFunction, checkMs, checkNumber, checkPositive, nameOf } from '../options.ts'
import { type Host, NONE, type Place, type StagePlan } from '../plan.ts'
import { TimedStage } from './timed.ts'

/** When what was gathered is a batch. */
export interface BatchRule {
  /** Whether the item would be too much for what was gathered, which then is a batch without it. */
  overflows(item: unknown): boolean
  /** The item was gathered: whether that makes a batch. */
  fills(item: unknown): boolean
  /** In how many milliseconds from now, at the latest, what was gathered is a batch; undefined leaves that as it was. */
  expiresInMs(): number | undefined
  /** A batch was made. */
  begin(): void
}

/** The plan of a stage that emits arrays; `makeRule` makes the rule of one run. */
export function gatherPlan(name: string, makeRule: () => BatchRule): StagePlan {
  return { name, buffer: 0, open: (host, place) => new BatchStage(makeRule(), host, place) }
}

/** A stage that emits arrays of `size` items, or fewer when they weigh enough or have waited long enough. */
export function batchPlan(size: number, options: BatchOptions<never> | undefined, position: number): StagePlan {
  checkCount('batch: size', size, 1)
  const name = nameOf('batch', options, position, ['timeoutMs', 'weight', 'maxWeight'])
  const { timeoutMs, weight, maxWeight } = options ?? {}
  if (timeoutMs !== undefined) checkMs('batch: timeoutMs', timeoutMs)
  if (weight !== undefined) checkFunction('batch: weight', weight)
  if ((weight === undefined) !== (maxWeight === undefined)) {
    throw new TypeError('batch: weight and maxWeight belong together')
  }
  if (maxWeight !== undefined) checkPositive('batch: maxWeight', maxWeight)
  return gatherPlan(name, () => new SizeRule(size, timeoutMs, weight, maxWeight))
}

class SizeRule implements BatchRule {
  readonly #size: number
  readonly #timeoutMs: number | undefined
  readonly #weigh: ((item: never) => number) | undefined
  readonly #maxWeight: number
  #count = 0
  #weight = 0
  #next = 0

  constructor(
    size: number,
    timeoutMs: number | undefined,
    weigh: ((item: never) => number) | undefined,
    maxWeight = Number.POSITIVE_INFINITY,
  ) {
    this.#size = size
    this.#timeoutMs = timeoutMs
    this.#weigh = weigh
    this.#maxWeight = maxWeight
  }

  overflows(item: unknown): boolean {
    if (this.#weigh === undefined) return false
    this.#next = this.#weigh(item as never)
    checkNumber('batch: weight', this.#next, 0, Number.POSITIVE_INFINITY)
    return this.#count > 0 && this.#weight + this.#next > this.#maxWeight
  }

  fills(): boolean {
    this.#count++
    this.#weight += this.#next
    return this.#count >= this.#size || this.#weight >= this.#maxWeight
  }

  expiresInMs(): number | undefined {
    return this.#count === 1 ? this.#timeoutMs : undefined
  }

  begin(): void {
    this.#count = 0
    this.#weight = 0
  }
}

/**
 * A stage that gathers items into arrays.
 *
 *     accept ──▶ gathering ──by its rule, its time, or the end──▶ full ──▶ take
 *
 * INVARIANT  at most 2 + buffer full arrays wait, and none is begun while more than buffer do. The second is there only where an item
 *            did not fit the first one, and is one by itself.
 * INVARIANT  a timer runs only while something is gathered.
 */
class BatchStage extends TimedStage {
  readonly #rule: BatchRule
  readonly #lineage: StageLineage | undefined
  #gathering: unknown[] = []
  #isDue = false

  constructor(rule: BatchRule, host: Host, place: Place) {
    super(host, place)
    this.#rule = rule
    this.#lineage = place.lineage
  }

  accept(item: unknown): typeof NONE {
    const value = this.#lineage === undefined ? item : this.#lineage.value(item)
    try {
      if (this.#rule.overflows(value)) this.#emit()
      this.#gathering.push(item)
      this.meter.gathering()
      if (this.#rule.fills(value)) this.#emit()
      else this.#expire(this.#rule.expiresInMs())
    } catch (error) {
      this.failed(error)
    }
    return NONE
  }

  override take(): unknown {
    const batch = super.take()
    if (this.#isDue && this.meter.room) this.#emit()
    return batch
  }

  override end(): void {
    super.end()
    if (this.#gathering.length > 0) this.#emit()
  }

  #emit(): void {
    this.stopWaiting()
    this.#isDue = false
    this.held.push(this.#lineage?.join(this.#gathering) ?? this.#gathering)
    this.#gathering = []
    this.meter.batched()
    this.#rule.begin()
  }

  #expire(ms: number | undefined): void {
    if (ms === undefined) return
    this.wait(ms, () => {
      if (this.meter.room) this.#emit()
      else this.#isDue = true
    })
  }
}
