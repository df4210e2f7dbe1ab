import { checkWaitOptions, type WaitOptions } from '@millrace/notify'

/** Throws for options no wait can have. Answers the rejection if the signal is aborted already, else `undefined`. */
export function refusal(options: WaitOptions): Promise<never> | undefined {
  checkWaitOptions(options)
  return options.signal?.aborted ? Promise.reject(options.signal.reason) : undefined
}

/** Throws `RangeError` naming the option unless the value is an integer from 1 to `most`. */
export function checkCount(name: string, value: number, most: number = Number.POSITIVE_INFINITY): void {
  if (Number.isInteger(value) && value >= 1 && value <= most) return
  const range = most === Number.POSITIVE_INFINITY ? 'from 1' : `from 1 to ${most}`
  throw new RangeError(`${name}: expected an integer ${range}, got ${String(value)}`)
}

/** Throws: `undefined` is what a drained channel answers, so it cannot be sent. */
export function refuseUndefined(): never {
  throw new TypeError('value: undefined is never a value; it means "closed and drained" (null can be sent)')
}
