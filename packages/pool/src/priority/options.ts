import { checkCount, show } from '@millrace/notify'
import type { ItemOptions, PriorityPoolOptions } from './api.ts'
import { hasBucket } from './buckets.ts'
import { LEVELS } from './level-bits.ts'

const NAMES: ReadonlySet<string> = new Set([
  'capacity',
  'priority',
  'compare',
  'overflow',
  'onEvict',
  'ttlMs',
  'ageingMs',
  'structure',
  'clock',
] satisfies (keyof PriorityPoolOptions<unknown>)[])

const TRY_NAMES: ReadonlySet<string> = new Set(['priority', 'key', 'ttlMs'] satisfies (keyof ItemOptions)[])
const ITEM_NAMES: ReadonlySet<string> = new Set([...TRY_NAMES, 'signal', 'timeoutMs'])

/** Throws for settings no pool can have, naming the option and the value. */
export function checkPool<T>(options: PriorityPoolOptions<T>): void {
  checkNames('priorityPool', options, NAMES)
  const { capacity, priority, compare, overflow, onEvict, ttlMs, ageingMs, structure, clock } = options
  if (typeof capacity !== 'number') throw new TypeError(`capacity: expected a number, got ${show(capacity)}`)
  checkCount('capacity', capacity, Number.MAX_SAFE_INTEGER)
  checkFunction('priority', priority)
  checkFunction('compare', compare)
  checkFunction('onEvict', onEvict)
  checkOneOf('overflow', overflow, ['wait', 'reject', 'evict-lowest'])
  checkOneOf('structure', structure, ['heap', 'buckets'])
  if (ttlMs !== undefined) checkTtl(ttlMs)
  if (ageingMs !== undefined) {
    checkNumber('ageingMs', ageingMs)
    if (!(ageingMs > 0)) throw new RangeError(`ageingMs: expected more than 0, got ${ageingMs}`)
  }
  if (clock !== undefined && typeof clock?.now !== 'function') {
    throw new TypeError(`clock: expected an object with now(), got ${show(clock)}`)
  }
  for (const [name, value] of Object.entries({ priority, ageingMs, structure })) {
    if (compare !== undefined && value !== undefined) throw new TypeError(`${name}: a pool with compare has none`)
  }
  if (ageingMs !== undefined && structure === 'buckets') {
    throw new TypeError('structure: items that age have no buckets')
  }
}

/** Throws for settings no item can have. Those of the wait are checked where it begins. */
export function checkItem(item: unknown, options: ItemOptions, call = 'submit'): void {
  if (item === undefined) throw new TypeError('item: undefined is no item; it says that there is none')
  if (options !== none) checkItemOptions(call, options)
}

/** Throws for settings no item can have, naming the call that got them. */
export function checkItemOptions(call: string, options: ItemOptions): void {
  checkNames(call, options, call === 'trySubmit' ? TRY_NAMES : ITEM_NAMES)
  const { key, ttlMs } = options
  if (key !== undefined && typeof key !== 'string') throw new TypeError(`key: expected a string, got ${show(key)}`)
  if (ttlMs !== undefined) checkTtl(ttlMs)
}

/** Throws for what has no items. */
export function checkItems(items: Iterable<unknown>): void {
  if (typeof items?.[Symbol.iterator] === 'function') return
  throw new TypeError(`items: expected something to iterate over, got ${show(items)}`)
}

/** Throws unless the pool can order items by the priority. */
export function checkPriority(priority: number, structure: 'heap' | 'buckets' | undefined): void {
  checkNumber('priority', priority)
  if (Number.isNaN(priority)) throw new RangeError('priority: expected a number, got NaN')
  if (structure === 'buckets' && !hasBucket(priority)) {
    throw new RangeError(`priority: expected an integer from 0 to ${LEVELS - 1} for buckets, got ${priority}`)
  }
}

/** Options of a call without any. */
export const none: Readonly<Record<never, never>> = Object.freeze({})

function checkNames(call: string, options: object, names: ReadonlySet<string>): void {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`${call}: expected an object of options, got ${show(options)}`)
  }
  for (const name in options) {
    if (!names.has(name)) throw new TypeError(`${name}: ${call} has no such option; it has ${[...names].join(', ')}`)
  }
}

function checkNumber(name: string, value: unknown): void {
  if (typeof value !== 'number') throw new TypeError(`${name}: expected a number, got ${show(value)}`)
}

function checkTtl(ttlMs: number): void {
  checkNumber('ttlMs', ttlMs)
  if (!(ttlMs > 0)) throw new RangeError(`ttlMs: expected more than 0, got ${ttlMs}`)
}

function checkFunction(name: string, value: unknown): void {
  if (value !== undefined && typeof value !== 'function') {
    throw new TypeError(`${name}: expected a function, got ${show(value)}`)
  }
}

function checkOneOf(name: string, value: unknown, values: readonly string[]): void {
  if (value !== undefined && !values.includes(value as string)) {
    throw new TypeError(`${name}: expected one of ${values.join(', ')}, got ${show(value)}`)
  }
}
