import type { PoolTask } from '../task.ts'
import type { Thread } from './api.ts'

/**
 * Tasks that are for one thread each, until it has room for them.
 *
 *     add ──▶ own of a thread ──▶ next ──▶ lent
 *      └──▶ owed ── joined ──┘              take (cancelled, or the thread is gone)
 */
export class OwnTasks {
  /** How many have not started. */
  length = 0
  /** For threads that are still to come: one of each list for one thread. */
  #owed: PoolTask[][] = []

  /** Whether some wait for a thread that is still to come. */
  get isAnyOwed(): boolean {
    return this.#owed.length > 0
  }

  /** A task for each thread, and for so many that are still to come. */
  add(threads: readonly Thread[], missing: number, make: () => PoolTask): PoolTask[] {
    const tasks = Array.from({ length: threads.length + missing }, make)
    this.length += tasks.length
    for (const [i, thread] of threads.entries()) give(thread, tasks[i] as PoolTask)
    if (missing > 0) this.#owed.push(tasks.slice(threads.length))
    return tasks
  }

  /** A thread has come: it gets one task of each list. */
  joined(thread: Thread): void {
    for (const list of this.#owed) give(thread, list.shift() as PoolTask)
    this.#owed = this.#owed.filter(({ length }) => length > 0)
  }

  /** Those for threads still to come, which are nobody's from now on. */
  takeOwed(): PoolTask[] {
    return this.#owed.splice(0).flat()
  }

  /** Those for threads still to come. */
  owed(): PoolTask[] {
    return this.#owed.flat()
  }

  /** No more threads come: this one stands in for them. */
  settle(thread: Thread): void {
    for (const task of this.takeOwed()) give(thread, task)
  }

  /** Takes out one that is not lent; false if it is. */
  take(task: PoolTask): boolean {
    const lists = task.thread === undefined ? this.#owed : [task.thread.own]
    const list = lists.find((one) => one.includes(task))
    list?.splice(list.indexOf(task), 1)
    this.#owed = this.#owed.filter(({ length }) => length > 0)
    return list !== undefined
  }
}

function give(thread: Thread, task: PoolTask): void {
  task.thread = thread
  thread.own.push(task)
}
