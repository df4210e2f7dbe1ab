/**
 * Calls back a user who is only told. What the callback throws must not change what the channel has done, so it is thrown
 * in a turn of its own: an uncaught error, as from an event listener.
 */
export function tell<A extends unknown[]>(callback: ((...args: A) => void) | undefined, ...args: A): void {
  try {
    callback?.(...args)
  } catch (error) {
    queueMicrotask(() => {
      throw error
    })
  }
}
