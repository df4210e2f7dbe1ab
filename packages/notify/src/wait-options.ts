import type { WaitOptions } from './api.ts'

/** Throws for options no wait can have, naming the option and the value. */
export function checkWaitOptions(options: WaitOptions): void {
  const { signal, timeoutMs } = options
  if (timeoutMs !== undefined) checkTimeout(timeoutMs)
  if (signal === undefined) return
  if (typeof signal !== 'object' || signal === null || typeof signal.addEventListener !== 'function') {
    throw new TypeError(`signal: expected an AbortSignal, got ${describe(signal)}`)
  }
}

function checkTimeout(timeoutMs: number): void {
  if (typeof timeoutMs !== 'number') throw new TypeError(`timeoutMs: expected a number, got ${describe(timeoutMs)}`)
  if (!(timeoutMs >= 0)) throw new RangeError(`timeoutMs: expected 0 or more, got ${timeoutMs}`)
}

/** How a wrong value appears in an error message. */
function describe(value: unknown): string {
  return typeof value === 'object' && value !== null ? Object.prototype.toString.call(value) : String(value)
}
