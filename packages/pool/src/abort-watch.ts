/**
 * One abort listener for each signal, however many tasks it concerns.
 *
 * A listener a task costs a walk over all listeners of the signal, and ten thousand tasks of one job share one signal.
 *
 * INVARIANT  a signal is listened to exactly while a task of it has not ended.
 */
export class AbortWatch<T> {
  readonly #groups = new Map<AbortSignal, Group<T>>()
  readonly #onAbort: (task: T, reason: unknown) => void

  constructor(onAbort: (task: T, reason: unknown) => void) {
    this.#onAbort = onAbort
  }

  /** Watches for the task. The signal was not aborted yet. */
  add(signal: AbortSignal, task: T): void {
    let group = this.#groups.get(signal)
    if (group === undefined) {
      const tasks = new Set<T>()
      const listener = (): void => {
        // The last first: otherwise the end of one that pends would admit one that waits, only to end it then.
        for (const one of [...tasks].reverse()) this.#onAbort(one, signal.reason)
      }
      group = { tasks, listener }
      this.#groups.set(signal, group)
      signal.addEventListener('abort', listener)
    }
    group.tasks.add(task)
  }

  /** Forgets the task, and the signal with its last one. */
  remove(signal: AbortSignal, task: T): void {
    const group = this.#groups.get(signal)
    if (group === undefined || !group.tasks.delete(task) || group.tasks.size > 0) return
    signal.removeEventListener('abort', group.listener)
    this.#groups.delete(signal)
  }
}

interface Group<T> {
  readonly tasks: Set<T>
  readonly listener: () => void
}
