/** Whether `value` can have properties of its own. Twice as quick as `Object(value) === value`. */
export function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}

/** Whether `value` has a `then` to call. Like an `await`, it may run a getter, which may throw. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return isObject(value) && typeof (value as { then?: unknown }).then === 'function'
}
