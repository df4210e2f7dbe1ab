import type { SharedSender } from '@millrace/channel/shared'
import type { Value } from '@millrace/ring'
import type { Held, ItemOptions, PriorityPool } from '../api.ts'
import { Entry } from '../entry.ts'
import { type Answer, type AnswerKind, errorText } from './answer.ts'
import { Outbox } from './outbox.ts'
import type { Request } from './request.ts'

/** What one client asked for, as the owner of the pool serves it. */
export class Session<T extends Value> {
  readonly generation: number
  readonly #pool: PriorityPool<T>
  readonly #outbox: Outbox<T>
  /** The requests that wait, by their numbers, to be aborted. */
  readonly #waits = new Map<number, AbortController>()
  /** What the client has or is being sent. */
  readonly #helds = new Map<number, Held<T>>()
  /** Submits of which more items follow. */
  readonly #parts = new Map<number, Request<T>[]>()
  #isOver = false

  constructor(pool: PriorityPool<T>, sender: SharedSender<Answer<T>>, generation: number) {
    this.generation = generation
    this.#pool = pool
    this.#outbox = new Outbox(sender)
  }

  /** Begins what the client asks for. */
  take(request: Request<T>): void {
    const { kind, id } = request
    if (kind === 'submit') this.#collect(request)
    else if (kind === 'drain') this.#drain(request)
    else if (kind === 'abort') this.#waits.get(id)?.abort(ABORTED)
    else if (kind === 'stats') this.#answer('done', id, 0, JSON.stringify(this.#pool.stats()))
    else if (kind === 'close') {
      this.#pool.close()
      this.#answer('done', id)
    } else {
      this.#helds.get(id)?.[kind]()
      this.#helds.delete(id)
    }
  }

  /** The client is gone, or there will be no more requests: waits end, and what was not taken for good goes back. */
  end(): void {
    if (this.#isOver) return
    this.#isOver = true
    for (const wait of this.#waits.values()) wait.abort(ABORTED)
    for (const held of this.#helds.values()) held.putBack()
    this.#outbox.end()
  }

  #collect(request: Request<T>): void {
    const { id, isLast } = request
    const parts = this.#parts.get(id)
    if (!isLast) {
      if (parts === undefined) this.#parts.set(id, [request])
      else parts.push(request)
    } else if (parts === undefined) void this.#submitAll([request])
    else {
      this.#parts.delete(id)
      parts.push(request)
      void this.#submitAll(parts)
    }
  }

  /** Submits one after the other, and answers once. Runs at once as long as there is room. */
  async #submitAll(requests: readonly Request<T>[]): Promise<void> {
    const [{ id, timeoutMs }] = requests as [Request<T>]
    const endsAt = timeoutMs === undefined ? undefined : performance.now() + timeoutMs
    let how: AnswerKind = 'submitted'
    let count = 0
    try {
      for (const request of requests) {
        if (request.error !== undefined) throw request.error
        // What ends a submit whose next item could not be sent.
        if (request.item === undefined) break
        const outcome = this.#pool.free > 0 ? this.#pool.trySubmit(request.item, optionsOf(request)) : 'full'
        how = outcome === 'full' ? await this.#submit(request, endsAt) : outcome
        if (how === 'closed') break
        count++
      }
      this.#answer(how, id, count)
    } catch (error) {
      this.#fail(id, count, error)
    }
  }

  async #submit(request: Request<T>, endsAt: number | undefined): Promise<AnswerKind> {
    const timeoutMs = endsAt === undefined ? undefined : Math.max(0, endsAt - performance.now())
    const { signal } = this.#wait(request.id)
    try {
      const ticket = await this.#pool.submit(request.item as T, { ...optionsOf(request), signal, timeoutMs })
      if (ticket.state === 'duplicate') return 'duplicate'
      return ticket instanceof Entry && ticket.hasReplaced ? 'replaced' : 'submitted'
    } finally {
      this.#waits.delete(request.id)
    }
  }

  async #drain({ id, n, timeoutMs }: Request<T>): Promise<void> {
    const { signal } = this.#wait(id)
    try {
      const held = await this.#pool.hold(n, { signal, timeoutMs })
      this.#waits.delete(id)
      this.#handOut(id, held)
    } catch (error) {
      this.#waits.delete(id)
      this.#fail(id, 0, error)
    }
  }

  #handOut(id: number, held: Held<T>): void {
    const { items, priorities } = held
    if (this.#isOver) held.putBack()
    else if (items.length === 0) {
      held.release()
      this.#answer('items', id)
    } else {
      this.#helds.set(id, held)
      for (const [i, item] of items.entries()) {
        const priority = priorities?.[i] ?? 0
        this.#outbox.add({ kind: 'items', id, count: items.length, priority, text: undefined, item })
      }
    }
  }

  #wait(id: number): AbortController {
    const wait = new AbortController()
    this.#waits.set(id, wait)
    if (this.#isOver) wait.abort(ABORTED)
    return wait
  }

  #fail(id: number, count: number, error: unknown): void {
    const code = (error as { code?: unknown } | undefined)?.code
    if (error === ABORTED) this.#answer('aborted', id, count)
    else if (code === 'closed' || code === 'full' || code === 'timeout') this.#answer(code, id, count)
    else this.#answer('refused', id, count, errorText(error))
  }

  #answer(kind: AnswerKind, id: number, count = 0, text?: string): void {
    if (!this.#isOver) this.#outbox.add({ kind, id, count, priority: 0, text, item: undefined })
  }
}

const ABORTED = Symbol('aborted')

function optionsOf({ priority, key, ttlMs }: Request<unknown>): ItemOptions {
  return { priority, key, ttlMs }
}
