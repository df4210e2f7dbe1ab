import { Waiter } from '@millrace/notify'
import type { Value } from '@millrace/ring'
import { PoolError } from '../../errors.ts'
import { type Answer, type AnswerKind, errorOf } from './answer.ts'

/** Why no answer will come any more: the pool ended, its owner died, or this end left it. */
export type Loss = 'ended' | 'crashed' | 'left'

/** A call that waits for its answer. */
export interface Call<T extends Value> {
  /** Takes an answer. Whether that was the last. */
  take(answer: Answer<T>): boolean
  /** No answer comes any more. */
  lose(loss: Loss): void
}

/** The error of a call that gets no answer. */
export function lossError(loss: Loss, value?: unknown): PoolError {
  if (loss === 'crashed') return new PoolError('crashed', 'the thread that keeps the pool is gone', { value })
  return new PoolError('closed', loss === 'left' ? 'this end has left the pool' : 'the pool is closed', { value })
}

/** A call of one answer. */
export class AnswerCall<T extends Value> extends Waiter<Answer<T>> implements Call<T> {
  take(answer: Answer<T>): boolean {
    if (answer.kind === 'refused') this.fail(errorOf(answer.text as string))
    else this.wake(answer)
    return true
  }

  lose(loss: Loss): void {
    this.fail(lossError(loss))
  }
}

/** How far a submit came, and what ended it. */
export interface Submitted {
  readonly kind: AnswerKind | 'lost'
  /** How many items are in, of those that were sent. */
  readonly count: number
  /** What the pool threw. */
  readonly error?: unknown
  /** Why there was no answer. */
  readonly loss?: Loss
}

/** A submit. */
export class SubmitCall<T extends Value> extends Waiter<Submitted> implements Call<T> {
  take({ kind, count, text }: Answer<T>): boolean {
    this.wake({ kind, count, error: text === undefined ? undefined : errorOf(text) })
    return true
  }

  lose(loss: Loss): void {
    this.wake({ kind: 'lost', count: 0, loss })
  }
}

/** Items as they came. */
export interface Taken<T> {
  readonly items: T[]
  readonly priorities: number[]
}

/** A drain or a hold: items come one by one. */
export class TakeCall<T extends Value> extends Waiter<Taken<T>> implements Call<T> {
  readonly #ask: (kind: 'abort' | 'putBack') => void
  readonly #taken: Taken<T> = { items: [], priorities: [] }
  #unreadable = 0
  #error: unknown
  #gaveUp = false

  /** `ask` tells the owner that this call gave up, or that what came for it goes back. */
  constructor(ask: (kind: 'abort' | 'putBack') => void) {
    super()
    this.#ask = ask
  }

  take({ kind, count, priority, text, item, error }: Answer<T>): boolean {
    if (kind !== 'items') {
      if (!this.#gaveUp) this.fail(errorOf(text ?? kind))
      return true
    }
    const { items, priorities } = this.#taken
    if (count > 0 && item === undefined) {
      this.#unreadable++
      this.#error = text === undefined ? error : errorOf(text)
    } else if (count > 0) {
      items.push(item as T)
      priorities.push(priority)
    }
    if (items.length + this.#unreadable < count) return false
    if (this.#gaveUp || this.#unreadable > 0) this.#ask('putBack')
    if (this.#gaveUp) return true
    if (this.#unreadable > 0) this.fail(this.#error)
    else this.wake(this.#taken)
    return true
  }

  lose(loss: Loss): void {
    if (this.#gaveUp) return
    if (loss === 'ended') this.wake({ items: [], priorities: [] })
    else this.fail(lossError(loss))
  }

  protected override abandoned(): void {
    this.#gaveUp = true
    this.#ask('abort')
  }
}
