import type { AsyncResource } from 'node:async_hooks'
import { type Place, Waiter, WaitList, type WaitOptions } from '@millrace/notify'
import type { Retry, SubmitOptions, Task, TaskState } from './api.ts'
import { checkWait } from './options.ts'
import type { FunctionRun } from './task/function-run.ts'
import type { Thread } from './thread/api.ts'
import type { BufferPlaces } from './thread/buffers.ts'
import type { TaskContext } from './thread/context.ts'

/** Whoever can end a task early. */
export interface TaskOwner {
  cancel(task: PoolTask, reason: unknown): void
}

/** Whoever holds tasks together. */
export interface TaskHolder {
  /** A task was submitted; it may have to wait to be accepted. */
  began(task: PoolTask): void
  /** One of them has ended. It counts, unless what it was made of was counted already. */
  ended(task: PoolTask, outcome: Outcome, isCounted: boolean): void
  /** One of them was not accepted after all. */
  forgotten(task: PoolTask): void
}

/** Whoever takes tasks: a pool, or a scope of it. */
export interface Acceptor {
  /** The most tasks that run at a time. */
  readonly size: number
  /** How a task of it is run that says nothing of it. */
  readonly plain: Call
  /** Takes a task, now or once there is a place; also in a pool that rejects when it is full, if `onWait` is given. Throws why it does not. */
  accept(work: Work, call: Call, options: SubmitOptions, onWait?: OnWait): PoolTask | Promise<PoolTask>
  /** Takes a task if there is a place now. */
  tryAccept(work: Work, call: Call): PoolTask | 'full' | 'closed'
  /** An item of a puller came, or ended. */
  countItem(how: ItemStep): void
}

/** Told of a task that has to wait for a place, so that it can be cancelled meanwhile. */
export type OnWait = (task: PoolTask) => void

/** What becomes of an item that shares a task with others. */
export type ItemStep = 'submitted' | 'done' | 'failed' | 'cancelled'

/** How a task ended. */
export type Outcome =
  | { readonly state: 'done'; readonly value: unknown }
  | { readonly state: 'failed' | 'cancelled'; readonly error: unknown }

/** What a task runs: a function of this event loop, or an export of a module with its arguments. */
export type Work = TaskBody | ExportCall

/** A call of an export. */
export interface ExportCall {
  readonly name: string
  readonly args: readonly unknown[]
}

/** How a task is run, and whose it is. Tasks that say nothing of it share one. */
export interface Call {
  /** Who can end it early; undefined once it has ended, or was not accepted. */
  readonly owner: TaskOwner | undefined
  /** The scope it belongs to, if any. */
  readonly scope: TaskHolder | undefined
  readonly transfer: readonly object[] | undefined
  readonly signal: AbortSignal | undefined
  readonly runTimeoutMs: number
  /** Where the items of a stream go; undefined if it is no stream. */
  readonly sink: Sink | undefined
  readonly priority: number
  readonly key: string | undefined
  readonly retry: Retry | undefined
  /** Whether it works through many items, which are counted in its place. */
  readonly isPuller: boolean
  /** Whether it is for one thread and no other. */
  readonly isOwn: boolean
}

/** What a task of the event loop runs. */
export type TaskBody = (context: TaskContext) => unknown

/** Takes the items a task makes. */
export interface Sink {
  /** How many items may be on their way. */
  readonly ahead: number
  /** Items came, to be unpacked. */
  take(values: readonly unknown[], buffers: BufferPlaces | undefined): void
}

/** Nothing but the defaults. */
export const plainCall: Call = {
  owner: undefined,
  scope: undefined,
  transfer: undefined,
  signal: undefined,
  runTimeoutMs: Number.POSITIVE_INFINITY,
  sink: undefined,
  priority: 0,
  key: undefined,
  retry: undefined,
  isPuller: false,
  isOwn: false,
}

/**
 * One task from its submission to its end; the place it stands in is a list of admission until it starts, then one of
 * those that run.
 *
 * INVARIANT  ends once; after that its work is forgotten, so that a kept task does not keep its arguments.
 * INVARIANT  a promise exists only if somebody asked for one: an outcome nobody asked for is no unhandled rejection.
 */
export class PoolTask implements Task<unknown>, Place {
  previous: Place | undefined
  next: Place | undefined
  list: { remove(place: Place): void } | undefined
  readonly id: number
  readonly name: string
  /** What it runs; undefined once it has ended. */
  work: Work | undefined
  /** How. */
  call: Call
  /** The submit that waits for its admission, if one does. */
  submission: Waiter<PoolTask> | undefined
  state: TaskState = 'pending'
  /** The thread it is lent to. */
  thread: Thread | undefined
  /** How it runs, if it is a function. */
  run: FunctionRun | undefined
  /** The run it is in, or waits for; the first is 1. */
  attempt = 1
  /** Whether it counts among those of its key that run. */
  usesKey = false
  /** When it was accepted, and from its start on when that was, if that is measured; in milliseconds. 0 if not. */
  measuredAt = 0
  /** The context of the call that submitted it, if it runs in another. */
  context: AsyncResource | undefined
  /** The promise of its outcome, if somebody has asked for one; else its outcome, once it has ended. */
  #result: Promise<unknown> | Outcome | undefined
  #resolve: ((value: unknown) => void) | undefined
  #waiters: WaitList<Waiter<unknown>> | undefined

  constructor(id: number, work: Work, call: Call) {
    this.id = id
    this.name = work.name
    this.work = work
    this.call = call
  }

  get result(): Promise<unknown> {
    const result = this.#result
    if (result instanceof Promise) return result
    const promise =
      result === undefined
        ? new Promise<unknown>((resolve) => {
            this.#resolve = resolve
          })
        : settled(result)
    this.#result = promise
    return promise
  }

  cancel(reason?: unknown): void {
    this.call.owner?.cancel(this, reason ?? new DOMException(`task "${this.name}" was cancelled`, 'AbortError'))
  }

  async wait(options?: WaitOptions): Promise<unknown> {
    const refused = checkWait('wait', options)
    if (refused !== undefined) return refused
    if (options === undefined || this.work === undefined) return this.result
    this.#waiters ??= new WaitList<Waiter<unknown>>()
    const waiter = new Waiter<unknown>()
    this.#waiters.add(waiter)
    waiter.limit(options)
    return waiter.promise
  }

  /** Called once, by the owner. */
  end(outcome: Outcome): void {
    this.state = outcome.state
    this.work = undefined
    this.call = plainCall
    this.context = undefined
    if (this.#resolve === undefined) this.#result = outcome
    else this.#resolve(outcome.state === 'done' ? outcome.value : settled(outcome))
    this.#resolve = undefined
    for (let waiter = this.#waiters?.takeFirst(); waiter !== undefined; waiter = this.#waiters?.takeFirst()) {
      if (outcome.state === 'done') waiter.wake(outcome.value)
      else waiter.fail(outcome.error)
    }
  }
}

function settled(outcome: Outcome): Promise<unknown> {
  return outcome.state === 'done' ? Promise.resolve(outcome.value) : Promise.reject(outcome.error)
}
