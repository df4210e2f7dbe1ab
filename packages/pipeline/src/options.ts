import { show } from '@millrace/notify'
import type { NameOptions } from './api.ts'
import { isThenable } from './thenable.ts'

/** Checks that `options` is an object with no names but `known`. A misspelled option is an error, not a default. */
export function checkOptions(where: string, options: object | undefined, known: readonly string[]): void {
  if (options === undefined) return
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`${where}: expected an options object, got ${show(options)}`)
  }
  for (const key of Object.keys(options)) {
    if (!known.includes(key)) throw new TypeError(`${where}: unknown option ${show(key)}; known: ${known.join(', ')}`)
  }
}

/** Checks that `value` is an integer from `least` that can be counted exactly. */
export function checkCount(name: string, value: number, least: number): void {
  if (Number.isSafeInteger(value) && value >= least) return
  throw new RangeError(`${name}: expected an integer from ${least}, got ${show(value)}`)
}

/** Checks that a stage's name, if given, is a text one can read. */
export function checkName(where: string, name: string | undefined): void {
  if (name === undefined || (typeof name === 'string' && name !== '')) return
  throw new TypeError(`${where}: name: expected a string that is not empty, got ${show(name)}`)
}

/** The name of a stage that calls nothing; checks the names of its options: those that are `known`, and `name`. */
export function nameOf(
  verb: string,
  options: NameOptions | undefined,
  position: number,
  known: readonly string[] = [],
): string {
  checkOptions(verb, options, [...known, 'name'])
  const { name = `${verb} ${position}` } = options ?? {}
  checkName(verb, name)
  return name
}

/** Checks that `value` is a function. */
export function checkFunction(name: string, value: unknown): void {
  if (typeof value !== 'function') throw new TypeError(`${name}: expected a function, got ${show(value)}`)
}

/** Checks that `value` is above 0; `Infinity` is. */
export function checkPositive(name: string, value: number, kind = 'a number'): void {
  if (typeof value === 'number' && value > 0) return
  throw new RangeError(`${name}: expected ${kind} above 0, got ${show(value)}`)
}

/** Checks that `value` is a time in milliseconds above 0. `Infinity` is one, and means never. */
export function checkMs(name: string, value: number): void {
  checkPositive(name, value, 'a number of milliseconds')
}

/** Checks that `value` is a number from `least` to `most`, and not infinite unless that is. */
export function checkNumber(name: string, value: number, least: number, most: number = Number.MAX_VALUE): void {
  if (typeof value === 'number' && value >= least && value <= most) return
  const range = most >= Number.MAX_VALUE ? `${least} or more` : `${least} to ${most}`
  throw new RangeError(`${name}: expected ${range}, got ${show(value)}`)
}

/** What a function gave that is to answer at once. A promise would be taken for the answer, whatever it comes to. */
export function atOnce<R>(where: string, answer: R): R {
  if (!isThenable(answer)) return answer
  Promise.resolve(answer).catch(() => {})
  throw new TypeError(`${where}: gave a promise, and is not awaited`)
}

/** Checks that `value` is the sending end of a channel. */
export function checkSender(name: string, value: unknown): void {
  if (typeof (value as { send?: unknown } | null)?.send === 'function') return
  throw new TypeError(`${name}: expected the sender of a channel, got ${show(value)}`)
}
