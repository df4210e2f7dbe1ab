/** How a stage is run. */
export interface StageModel {
  readonly concurrency: number
  readonly buffer: number
  readonly ordered: boolean
}

/** How long a call takes; and whether it keeps the only thread meanwhile. */
export interface CallModel {
  readonly ms: number
  readonly isSync: boolean
}

/** What an item asks of each stage, undefined where nothing; and whether it leaves the last one, or is dropped behind its last call. */
export interface ItemModel {
  readonly calls: readonly (CallModel | undefined)[]
  readonly leaves: boolean
}

/** An item in a stage. */
interface Held {
  readonly item: number
  state: 'running' | 'finished' | 'dropped'
}

/** A stage while it is simulated. */
class Simulated {
  readonly #model: StageModel
  /** In the order in which they leave: ordered ones from their beginning, others from their end. */
  readonly #queue: Held[] = []
  #next = 0
  #running = 0
  #count = 0

  constructor(model: StageModel) {
    this.#model = model
  }

  get hasRoom(): boolean {
    const { concurrency, buffer } = this.#model
    return this.#running < concurrency && this.#count < concurrency + buffer
  }

  get isReady(): boolean {
    while (this.#queue[this.#next]?.state === 'dropped') this.#next++
    return this.#queue[this.#next]?.state === 'finished'
  }

  begin(item: number): Held {
    const held: Held = { item, state: 'running' }
    this.#running++
    this.#count++
    if (this.#model.ordered) this.#queue.push(held)
    return held
  }

  end(held: Held, isDropped: boolean): void {
    this.#running--
    if (isDropped) this.#count--
    held.state = isDropped ? 'dropped' : 'finished'
    if (!this.#model.ordered) this.#queue.push(held)
  }

  /** The item that leaves next; only when one is ready. */
  take(): number {
    this.#count--
    return (this.#queue[this.#next++] as Held).item
  }
}

interface Ending {
  readonly atMs: number
  readonly stage: number
  readonly held: Held
}

/**
 * How long a run takes whose calls take what they took: the schedule of a pipeline (`schedule.ts`), in discrete events. The first stage
 * is the source. Calls that return no promise are made one after the other, whatever their stage.
 *
 * Cost: of the order of items × stages × log(concurrency).
 */
export function simulate(models: readonly StageModel[], items: readonly ItemModel[]): number {
  const stages = models.map((model) => new Simulated(model))
  const endings = new Endings()
  let nowMs = 0
  let threadFreeMs = 0
  let next = 0

  const begin = (stage: number, item: number): void => {
    const call = items[item]?.calls[stage] ?? { ms: 0, isSync: false }
    const beginsMs = call.isSync ? Math.max(nowMs, threadFreeMs) : nowMs
    const atMs = beginsMs + call.ms
    if (call.isSync) threadFreeMs = atMs
    endings.add({ atMs, stage, held: (stages[stage] as Simulated).begin(item) })
  }
  const move = (): void => {
    for (let stage = stages.length; stage >= 0; stage--) {
      const from = stages[stage - 1]
      const to = stages[stage]
      while (to === undefined || to.hasRoom) {
        if (from?.isReady) {
          const item = from.take()
          if (to !== undefined) begin(stage, item)
        } else if (from === undefined && next < items.length && (stages[1]?.hasRoom ?? true)) begin(0, next++)
        else break
      }
    }
  }

  for (move(); endings.length > 0; move()) {
    const { atMs, stage, held } = endings.take()
    nowMs = atMs
    ;(stages[stage] as Simulated).end(held, isDropped(items[held.item] as ItemModel, stage))
  }
  return nowMs
}

/** Whether the item ends in a stage. It may have been made behind the first ones, which then take no time for it. */
function isDropped({ calls, leaves }: ItemModel, stage: number): boolean {
  return !leaves && !calls.some((call, i) => i > stage && call !== undefined)
}

/** Endings by time: a binary heap. Those at the same time come in any order. */
class Endings {
  readonly #heap: Ending[] = []

  get length(): number {
    return this.#heap.length
  }

  add(ending: Ending): void {
    let place = this.#heap.length
    while (place > 0) {
      const above = (place - 1) >> 1
      const parent = this.#heap[above] as Ending
      if (parent.atMs <= ending.atMs) break
      this.#heap[place] = parent
      place = above
    }
    this.#heap[place] = ending
  }

  take(): Ending {
    const first = this.#heap[0] as Ending
    const last = this.#heap.pop() as Ending
    if (this.#heap.length > 0) this.#sink(last)
    return first
  }

  #sink(ending: Ending): void {
    const heap = this.#heap
    let place = 0
    for (;;) {
      let below = 2 * place + 1
      if (below >= heap.length) break
      if (below + 1 < heap.length && (heap[below + 1] as Ending).atMs < (heap[below] as Ending).atMs) below++
      if ((heap[below] as Ending).atMs >= ending.atMs) break
      heap[place] = heap[below] as Ending
      place = below
    }
    heap[place] = ending
  }
}
