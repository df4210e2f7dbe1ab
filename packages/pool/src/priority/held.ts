import type { Held } from './api.ts'
import type { Entry } from './entry.ts'

/** Items that may go back. */
export class HeldEntries<T> implements Held<T> {
  readonly items: readonly T[]
  readonly priorities: readonly number[] | undefined
  readonly #entries: readonly Entry<T>[]
  #settle: ((entries: readonly Entry<T>[], how: 'drained' | 'queued') => void) | undefined

  constructor(
    entries: readonly Entry<T>[],
    hasPriorities: boolean,
    settle: (entries: readonly Entry<T>[], how: 'drained' | 'queued') => void,
  ) {
    this.items = entries.map(({ item }) => item)
    this.priorities = hasPriorities ? entries.map(({ priority }) => priority) : undefined
    this.#entries = entries
    this.#settle = settle
  }

  release(): void {
    this.#settleAs('drained')
  }

  putBack(): void {
    this.#settleAs('queued')
  }

  [Symbol.dispose](): void {
    this.#settleAs('queued')
  }

  #settleAs(how: 'drained' | 'queued'): void {
    const settle = this.#settle
    this.#settle = undefined
    settle?.(this.#entries, how)
  }
}
