/** Lets the event loop go round. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** Waits until it is so, turn by turn of the event loop. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await turn()
}

/** What a promise rejects with; fails if it resolves. */
export function rejection<E = unknown>(promise: Promise<unknown>): Promise<E> {
  return promise.then(
    (value) => Promise.reject(new Error(`resolved with ${String(value)}`)),
    (reason: E) => reason,
  )
}

/** A clock that is wound by hand. */
export class HandClock {
  nowMs = 1_000

  now(): number {
    return this.nowMs
  }
}
