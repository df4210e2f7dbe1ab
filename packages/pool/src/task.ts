import { type Place, Waiter, WaitList, type WaitOptions } from '@millrace/notify'
import type { Task, TaskState } from './api.ts'
import { checkWait } from './options.ts'
import type { Thread } from './thread/api.ts'
import type { BufferPlaces } from './thread/buffers.ts'

/** Whoever can end a task early. */
export interface TaskOwner {
  cancel(task: PoolTask, reason: unknown): void
}

/** How a task ended. */
export type Outcome =
  | { readonly state: 'done'; readonly value: unknown }
  | { readonly state: 'failed' | 'cancelled'; readonly error: unknown }

/** The call a task stands for. */
export interface Call {
  readonly name: string
  readonly args: readonly unknown[]
  readonly transfer: readonly object[] | undefined
  readonly signal: AbortSignal | undefined
  readonly runTimeoutMs: number
  /** Where the items of a stream go; undefined if it is no stream. */
  readonly sink: Sink | undefined
}

/** Takes the items a task makes. */
export interface Sink {
  /** How many items may be on their way. */
  readonly ahead: number
  /** Items came, to be unpacked. */
  take(values: readonly unknown[], buffers: BufferPlaces | undefined): void
}

const nothing: Call = {
  name: '',
  args: [],
  transfer: undefined,
  signal: undefined,
  runTimeoutMs: Number.POSITIVE_INFINITY,
  sink: undefined,
}

/**
 * One task from its submission to its end; the place it stands in is a list of admission until it starts.
 *
 * INVARIANT  ends once; after that its call is forgotten, so that a kept task does not keep its arguments.
 * INVARIANT  a promise exists only if somebody asked for one: an outcome nobody asked for is no unhandled rejection.
 */
export class PoolTask implements Task<unknown>, Place {
  previous: Place | undefined
  next: Place | undefined
  list: { remove(place: Place): void } | undefined
  readonly id: number
  readonly name: string
  /** What it calls; nothing any more once it ended. */
  call: Call
  /** The submit that waits for its admission, if one does. */
  submission: Waiter<PoolTask> | undefined
  state: TaskState = 'pending'
  /** The thread it is lent to. */
  thread: Thread | undefined
  /** Whether it is for one thread and no other. */
  isOwn = false
  /** How many threads died with it before they started it. */
  deaths = 0
  readonly #owner: TaskOwner
  #outcome: Outcome | undefined
  #result: PromiseWithResolvers<unknown> | undefined
  #waiters: WaitList<Waiter<unknown>> | undefined

  constructor(id: number, call: Call, owner: TaskOwner) {
    this.id = id
    this.name = call.name
    this.call = call
    this.#owner = owner
  }

  get result(): Promise<unknown> {
    if (this.#result === undefined) {
      this.#result = Promise.withResolvers<unknown>()
      if (this.#outcome !== undefined) settle(this.#result, this.#outcome)
    }
    return this.#result.promise
  }

  cancel(reason?: unknown): void {
    if (this.#outcome !== undefined) return
    this.#owner.cancel(this, reason ?? new DOMException(`task "${this.name}" was cancelled`, 'AbortError'))
  }

  async wait(options?: WaitOptions): Promise<unknown> {
    const refused = checkWait('wait', options)
    if (refused !== undefined) return refused
    if (options === undefined || this.#outcome !== undefined) return this.result
    this.#waiters ??= new WaitList<Waiter<unknown>>()
    const waiter = new Waiter<unknown>()
    this.#waiters.add(waiter)
    waiter.limit(options)
    return waiter.promise
  }

  /** Called once, by the owner. */
  end(outcome: Outcome): void {
    this.state = outcome.state
    this.call = nothing
    this.#outcome = outcome
    if (this.#result !== undefined) settle(this.#result, outcome)
    for (let waiter = this.#waiters?.takeFirst(); waiter !== undefined; waiter = this.#waiters?.takeFirst()) {
      if (outcome.state === 'done') waiter.wake(outcome.value)
      else waiter.fail(outcome.error)
    }
  }
}

function settle(result: PromiseWithResolvers<unknown>, outcome: Outcome): void {
  if (outcome.state === 'done') result.resolve(outcome.value)
  else result.reject(outcome.error)
}
