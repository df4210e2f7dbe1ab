/** Whether `value` has a `then` to call. Like an `await`, it may run a getter, which may throw. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return Object(value) === value && typeof (value as { then?: unknown }).then === 'function'
}
