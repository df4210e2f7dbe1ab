import { WaitList } from '@millrace/notify'
import type { PoolTask } from './task.ts'

interface Key {
  used: number
  readonly blocked: WaitList<PoolTask>
}

/**
 * How many tasks of each key are lent or run, and those that wait for others of theirs.
 *
 * INVARIANT  a key is known while it is used or somebody was put aside for it, and one is put aside only while it is used up.
 */
export class KeyLimit {
  readonly #most: number
  readonly #keys = new Map<string, Key>()

  /** `most` may be `Infinity`: then nothing is counted. */
  constructor(most: number) {
    this.#most = most
  }

  /** Whether the task may start, as far as its key goes. */
  isFree({ call: { key } }: PoolTask): boolean {
    return key === undefined || (this.#keys.get(key)?.used ?? 0) < this.#most
  }

  /** Puts a task aside whose key is not free. */
  block(task: PoolTask): void {
    const key = this.#keys.get(task.call.key as string) as Key
    key.blocked.add(task)
  }

  /** The task is lent. */
  use(task: PoolTask): void {
    const { key } = task.call
    if (key === undefined || this.#most === Number.POSITIVE_INFINITY) return
    task.usesKey = true
    const found = this.#keys.get(key)
    if (found === undefined) this.#keys.set(key, { used: 1, blocked: new WaitList<PoolTask>() })
    else found.used++
  }

  /** The task does not run, or not any more. Answers one of its key that may start now. */
  free(task: PoolTask): PoolTask | undefined {
    const name = task.call.key
    const key = name === undefined ? undefined : this.#keys.get(name)
    if (name === undefined || key === undefined) return undefined
    if (task.usesKey) key.used--
    task.usesKey = false
    const next = key.used < this.#most ? key.blocked.takeFirst() : undefined
    if (key.used === 0 && next === undefined) this.#keys.delete(name)
    return next
  }

  /** All that were put aside. */
  *blocked(): Generator<PoolTask> {
    for (const { blocked } of this.#keys.values())
      for (let task = blocked.first; task !== undefined; task = task.next as PoolTask | undefined) yield task
  }
}
