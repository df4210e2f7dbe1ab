import type { DroppingOptions, DropSide } from '../api.ts'
import { Fifo } from '../fifo.ts'
import { Meter } from '../meter.ts'
import { checkCount, checkFunction, checkName, checkOptions, show } from '../options.ts'
import type { ActiveStage, Host, StagePlan, Upstream } from '../plan.ts'

type OnDrop = (item: never) => void

/** A buffer that never makes what is before it wait: what is too much is dropped. */
export function bufferDroppingPlan(
  count: number,
  side: DropSide,
  options: DroppingOptions<never> | undefined,
  position: number,
): StagePlan {
  checkCount('bufferDropping: count', count, 1)
  if (side !== 'oldest' && side !== 'newest') {
    throw new TypeError(`bufferDropping: side: expected 'oldest' or 'newest', got ${show(side)}`)
  }
  checkOptions('bufferDropping', options, ['onDrop', 'name'])
  const { onDrop, name } = options ?? {}
  if (onDrop !== undefined) checkFunction('bufferDropping: onDrop', onDrop)
  checkName('bufferDropping', name)
  return {
    name: name ?? `bufferDropping ${position}`,
    buffer: 0,
    open: (host, stageName, buffer) => new DroppingStage(count + buffer, side, onDrop, host, stageName),
  }
}

/** INVARIANT  at most `count` items wait, and one more is always taken: the oldest of them, or it, is dropped. */
class DroppingStage implements ActiveStage {
  readonly meter: Meter
  readonly room = true
  readonly #count: number
  readonly #side: DropSide
  readonly #onDrop: OnDrop | undefined
  readonly #host: Host
  readonly #held = new Fifo()
  #ended = false

  constructor(count: number, side: DropSide, onDrop: OnDrop | undefined, host: Host, name: string) {
    this.meter = new Meter(name, 1, count, host.stopwatch)
    this.#count = count
    this.#side = side
    this.#onDrop = onDrop
    this.#host = host
  }

  accept(from: Upstream): void {
    const item = from.take()
    this.meter.started()
    if (this.meter.waiting < this.#count) {
      this.#held.push(item)
      this.meter.finished()
    } else if (this.#side === 'newest') {
      this.meter.dropped()
      this.#drop(item)
    } else {
      this.#held.push(item)
      this.meter.replaced()
      this.#drop(this.#held.take())
    }
  }

  ready(): boolean {
    return this.#held.ready
  }

  peek(): unknown {
    return this.#held.peek()
  }

  take(): unknown {
    this.meter.left()
    return this.#held.take()
  }

  end(): void {
    this.#ended = true
  }

  get finished(): boolean {
    return this.#ended && this.meter.empty
  }

  #drop(item: unknown): void {
    try {
      this.#onDrop?.(item as never)
    } catch (error) {
      this.#host.fail(error)
    }
  }
}
