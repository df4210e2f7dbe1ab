import type { NameOptions } from '../api.ts'
import { Fifo } from '../fifo.ts'
import { Meter } from '../meter.ts'
import { checkCount, checkName, checkOptions } from '../options.ts'
import type { ActiveStage, Host, StagePlan, Upstream } from '../plan.ts'

/** A stage that emits arrays of `size` items. */
export function batchPlan(size: number, options: NameOptions | undefined, position: number): StagePlan {
  checkCount('batch: size', size, 1)
  checkOptions('batch', options, ['name'])
  checkName('batch', options?.name)
  return {
    name: options?.name ?? `batch ${position}`,
    buffer: 0,
    open: (host, name, buffer) => new BatchStage(size, host, name, buffer),
  }
}

/**
 * A stage that gathers items into arrays.
 *
 *     accept ──▶ gathering (fewer than size) ──size or end──▶ full ──▶ take
 *
 * INVARIANT  at most 1 + buffer full arrays wait, and no array is begun while that many do.
 */
class BatchStage implements ActiveStage {
  readonly meter: Meter
  readonly #size: number
  readonly #full = new Fifo()
  #gathering: unknown[] = []
  #ended = false

  constructor(size: number, host: Host, name: string, buffer: number) {
    this.meter = new Meter(name, 1, 1 + buffer, host.stopwatch)
    this.#size = size
  }

  get room(): boolean {
    return this.meter.room
  }

  accept(from: Upstream): void {
    this.#gathering.push(from.take())
    this.meter.gathering()
    if (this.#gathering.length === this.#size) this.#emit()
  }

  ready(): boolean {
    return this.#full.ready
  }

  peek(): unknown {
    return this.#full.peek()
  }

  take(): unknown {
    this.meter.left()
    return this.#full.take()
  }

  end(): void {
    this.#ended = true
    if (this.#gathering.length > 0) this.#emit()
  }

  get finished(): boolean {
    return this.#ended && this.meter.empty
  }

  #emit(): void {
    this.#full.push(this.#gathering)
    this.#gathering = []
    this.meter.batched()
  }
}
