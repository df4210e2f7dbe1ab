import { WaitList } from '@millrace/notify'
import type { PoolTask } from './task.ts'

/** The tasks of one priority: those that came back, older than all others, and those that are new. */
interface Level {
  readonly priority: number
  readonly restored: WaitList<PoolTask>
  readonly fresh: WaitList<PoolTask>
}

/** So many levels without a task are kept at the top: those who use a priority use it again. */
const MOST_EMPTY = 16

/**
 * Tasks by priority, the highest first, and the oldest first among equals.
 *
 * INVARIANT  `#levels` are in order, each priority once.
 */
export class TaskOrder {
  readonly #levels: Level[] = []
  /** Where the first task may be: all levels before it are empty. */
  #top = 0

  /** The task that comes first. */
  get first(): PoolTask | undefined {
    for (; this.#top < this.#levels.length; this.#top++) {
      const { restored, fresh } = this.#levels[this.#top] as Level
      const task = restored.first ?? fresh.first
      if (task === undefined) continue
      this.#forget()
      return task
    }
    this.#forget()
    return undefined
  }

  /** Puts a task behind all of its priority. */
  add(task: PoolTask): void {
    this.#level(task.call.priority).fresh.add(task)
  }

  /** Puts tasks that were first before all of their priorities that are new. */
  restore(tasks: readonly PoolTask[]): void {
    for (const task of tasks) {
      const { restored } = this.#level(task.call.priority)
      const younger = restored.takeWhere(({ id }) => id > task.id)
      restored.add(task)
      for (const one of younger) restored.add(one)
    }
  }

  /** Takes a task out. */
  remove(task: PoolTask): void {
    task.list?.remove(task)
  }

  /** All of them. */
  tasks(): PoolTask[] {
    const all: PoolTask[] = []
    for (const { restored, fresh } of this.#levels)
      for (const list of [restored, fresh])
        for (let task = list.first; task !== undefined; task = task.next as PoolTask | undefined) all.push(task)
    return all
  }

  /** Without this, who uses ever new priorities would have a level of each for ever. */
  #forget(): void {
    if (this.#top <= MOST_EMPTY) return
    this.#levels.splice(0, this.#top)
    this.#top = 0
  }

  #level(priority: number): Level {
    const levels = this.#levels
    let [low, high] = [0, levels.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((levels[middle] as Level).priority > priority) low = middle + 1
      else high = middle
    }
    let level = levels[low]
    if (level?.priority !== priority) {
      level = { priority, restored: new WaitList<PoolTask>(), fresh: new WaitList<PoolTask>() }
      levels.splice(low, 0, level)
    }
    this.#top = Math.min(this.#top, low)
    return level
  }
}
