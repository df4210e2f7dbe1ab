import type { WaitOptions } from './api.ts'
import { rejectInTurn } from './turn.ts'

/** The names of what a wait can be given. */
export const WAIT_OPTIONS: readonly string[] = ['signal', 'timeoutMs']

/**
 * Throws for options no wait can have, naming the option and the value. Given the names of all the options there are, as
 * `WAIT_OPTIONS`, it throws `TypeError` for any other too: a misspelled option is an error, not a wait without it.
 */
export function checkWaitOptions(options: WaitOptions, names?: readonly string[]): void {
  if (names === undefined) checkObject(options, WAIT_OPTIONS)
  else checkNames(options, names)
  const { signal, timeoutMs } = options
  if (timeoutMs !== undefined) checkTimeout(timeoutMs)
  if (signal === undefined) return
  if (typeof signal !== 'object' || signal === null || typeof signal.addEventListener !== 'function') {
    throw new TypeError(`signal: expected an AbortSignal, got ${show(signal)}`)
  }
}

/**
 * Checks the options of a wait that is about to begin, as `checkWaitOptions`. Answers its rejection if the signal is aborted
 * already, else `undefined`.
 */
export function refusal(options: WaitOptions | undefined, names?: readonly string[]): Promise<never> | undefined {
  if (options === undefined) return undefined
  checkWaitOptions(options, names)
  return options.signal?.aborted ? rejectInTurn(options.signal.reason) : undefined
}

/**
 * Throws `TypeError` unless the options are an object with no names but these. Inherited ones count, so a signal that is given
 * in place of the options is found.
 */
export function checkNames(options: object, names: readonly string[]): void {
  checkObject(options, names)
  for (const name in options) {
    if (!names.includes(name)) throw new TypeError(`${name}: no such option; there are ${names.join(', ')}`)
  }
}

/** Throws `RangeError` naming the option unless the value is an integer from 1 to `most`. */
export function checkCount(name: string, value: number, most: number = Number.POSITIVE_INFINITY): void {
  if (Number.isInteger(value) && value >= 1 && value <= most) return
  const range = most === Number.POSITIVE_INFINITY ? 'from 1' : `from 1 to ${most}`
  throw new RangeError(`${name}: expected an integer ${range}, got ${show(value)}`)
}

function checkObject(options: object, names: readonly string[]): void {
  if (typeof options === 'object' && options !== null) return
  throw new TypeError(`options: expected { ${names.join(', ')} }, got ${show(options)}`)
}

function checkTimeout(timeoutMs: number): void {
  if (typeof timeoutMs !== 'number') throw new TypeError(`timeoutMs: expected a number, got ${show(timeoutMs)}`)
  if (!(timeoutMs >= 0)) throw new RangeError(`timeoutMs: expected 0 or more, got ${timeoutMs}`)
}

/** A wrong value as it stands in the message of an error: a text is quoted, so that `'4'` is told from 4. */
export function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value)
  return typeof value === 'object' && value !== null ? Object.prototype.toString.call(value) : String(value)
}
