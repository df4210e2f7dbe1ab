import { checkWaitOptions, refusal, show, type WaitOptions } from '@millrace/notify'
import type { ItemStreamOptions, Retry, ScopeOptions, ShutdownOptions, SubmitOptions, Task } from './api.ts'
import type { CoreSettings } from './core.ts'

/** What pools have in common, as it is given. */
export interface CoreOptions {
  readonly maxPending?: number | undefined
  readonly overflow?: 'wait' | 'reject' | undefined
  readonly perKey?: number | undefined
  readonly runTimeoutMs?: number | undefined
  readonly metrics?: boolean | undefined
}

/** Checks what pools have in common and fills in the defaults. */
export function checkCore(options: CoreOptions): Omit<CoreSettings, 'size'> {
  const { maxPending = 1024, overflow = 'wait', metrics = true } = options
  const { perKey = Number.POSITIVE_INFINITY, runTimeoutMs = Number.POSITIVE_INFINITY } = options
  checkCount('maxPending', maxPending)
  if (overflow !== 'wait' && overflow !== 'reject') {
    throw new TypeError(`overflow: expected 'wait' or 'reject', got ${show(overflow)}`)
  }
  if (perKey !== Number.POSITIVE_INFINITY) checkCount('perKey', perKey)
  checkRunTimeout(runTimeoutMs)
  checkBoolean('metrics', metrics)
  return { maxPending, overflow, perKey, runTimeoutMs, metrics }
}

/** Checks how long a cancelled task has to stop. */
export function checkGrace(cancelGraceMs: number): void {
  checkNumber('cancelGraceMs', cancelGraceMs)
  if (!(cancelGraceMs >= 0 && cancelGraceMs < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`cancelGraceMs: expected 0 or more and less than Infinity, got ${cancelGraceMs}`)
  }
}

/** What a submit may say. */
export const submitOptionNames: ReadonlySet<string> = new Set([
  'signal',
  'timeoutMs',
  'runTimeoutMs',
  'priority',
  'key',
  'retry',
] satisfies (keyof SubmitOptions)[])

/** What a submit may say that does not wait. */
export const tryOptionNames: ReadonlySet<string> = without(submitOptionNames, 'timeoutMs')

/** Checks the options of a submit. */
export function checkSubmit(
  call: string,
  options: SubmitOptions,
  names: ReadonlySet<string> = submitOptionNames,
): void {
  checkNames(call, options, names)
  checkWaitOptions(options)
  const { runTimeoutMs, priority, key, retry } = options
  if (runTimeoutMs !== undefined) checkRunTimeout(runTimeoutMs)
  if (priority !== undefined) {
    checkNumber('priority', priority)
    if (Number.isNaN(priority)) throw new RangeError('priority: expected a number, got NaN')
  }
  if (key !== undefined && typeof key !== 'string') throw new TypeError(`key: expected a string, got ${show(key)}`)
  if (retry !== undefined) checkRetry(retry)
}

/** Checks the options of a call with many items. */
export function checkMany(call: 'map' | 'forEach' | 'batch' | 'stream', options: ItemStreamOptions): void {
  checkSubmit(call, options, call === 'stream' ? itemStreamNames : mapNames)
  const { concurrency, ordered, ahead } = options
  if (concurrency !== undefined) checkCount('concurrency', concurrency)
  if (ahead !== undefined) checkCount('ahead', ahead)
  checkBoolean('ordered', ordered)
}

/** Checks the options of a join. */
export function checkJoin(options: { readonly ordered?: boolean | undefined }): void {
  checkNames('join', options, joinNames)
  checkBoolean('ordered', options.ordered)
}

/** The tasks that are given, all together. Throws for what is none. */
export function checkTasks<R>(tasks: Iterable<Task<R>>): Task<R>[] {
  if (typeof tasks?.[Symbol.iterator] !== 'function') {
    throw new TypeError(`tasks: expected tasks to iterate over, got ${show(tasks)}`)
  }
  const all = [...tasks]
  // Not by its result: whoever looks at that is to be told of a failure.
  const wrong = all.findIndex((task) => typeof task?.cancel !== 'function' || typeof task.wait !== 'function')
  if (wrong >= 0) throw new TypeError(`tasks: expected tasks, got ${show(all[wrong])}`)
  return all
}

/** Checks the options of a scope. */
export function checkScope(options: ScopeOptions): void {
  checkNames('scope', options, scopeOptionNames)
  checkWaitOptions({ signal: options.signal, timeoutMs: options.timeoutMs })
  const { onError = 'cancel' } = options
  if (onError !== 'cancel' && onError !== 'collect') {
    throw new TypeError(`onError: expected 'cancel' or 'collect', got ${show(onError)}`)
  }
}

/** Checks a new size of a pool. */
export function checkResize(size: number): void {
  checkCount('size', size)
}

/** Throws unless it is a boolean, or nothing. */
export function checkBoolean(name: string, value: unknown): void {
  if (value !== undefined && typeof value !== 'boolean') {
    throw new TypeError(`${name}: expected a boolean, got ${show(value)}`)
  }
}

/** Throws unless it is a function. */
export function checkFunction(name: string, value: unknown): void {
  if (typeof value !== 'function') throw new TypeError(`${name}: expected a function, got ${show(value)}`)
}

/** Checks the options of a wait that is about to begin, and gives its rejection if its signal is aborted already. */
export function checkWait(call: string, options: WaitOptions | undefined): Promise<never> | undefined {
  if (options !== undefined) checkNames(call, options, waitOptionNames)
  return refusal(options)
}

/** Checks the options of a shutdown. */
export function checkShutdown(options: ShutdownOptions): void {
  checkNames('shutdown', options, shutdownOptionNames)
  checkWaitOptions(options)
}

/** What a call without options has. */
export const noOptions: Readonly<Record<never, never>> = Object.freeze({})

const mapNames: ReadonlySet<string> = new Set([...tryOptionNames, 'concurrency', 'ordered'])

const itemStreamNames: ReadonlySet<string> = new Set([...mapNames, 'ahead'])

const joinNames: ReadonlySet<string> = new Set(['ordered'])

const retryNames: ReadonlySet<string> = new Set(['times', 'delayMs', 'factor', 'maxDelayMs'] satisfies (keyof Retry)[])

const scopeOptionNames: ReadonlySet<string> = new Set([
  'onError',
  'timeoutMs',
  'signal',
] satisfies (keyof ScopeOptions)[])

const waitOptionNames = new Set<string>(['signal', 'timeoutMs'] satisfies (keyof WaitOptions)[])

const shutdownOptionNames = new Set<string>(['timeoutMs'] satisfies (keyof ShutdownOptions)[])

/** Throws for an option the call does not have; also for an inherited one, as a signal has that is given in place of the options. */
export function checkNames(call: string, options: object, names: ReadonlySet<string>): void {
  checkObject(call, options)
  for (const name in options) {
    if (!names.has(name)) throw new TypeError(`${name}: ${call} has no such option; it has ${[...names].join(', ')}`)
  }
}

/** Throws unless it is an object. */
export function checkObject(call: string, options: unknown): void {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`${call}: expected an object of options, got ${show(options)}`)
  }
}

/** Throws unless it is a number. */
export function checkNumber(option: string, value: unknown): void {
  if (typeof value !== 'number') throw new TypeError(`${option}: expected a number, got ${show(value)}`)
}

/** Throws unless it is a whole number from 1. */
export function checkCount(option: string, value: number): void {
  checkNumber(option, value)
  if (!Number.isSafeInteger(value) || value < 1) {
    throw new RangeError(`${option}: expected an integer from 1, got ${value}`)
  }
}

function checkRunTimeout(value: number): void {
  checkNumber('runTimeoutMs', value)
  if (!(value > 0)) throw new RangeError(`runTimeoutMs: expected more than 0, got ${value}`)
}

function checkRetry(retry: Retry): void {
  checkNames('retry', retry, retryNames)
  const { times, delayMs = 0, factor = 1, maxDelayMs = 1 } = retry
  checkCount('retry.times', times)
  for (const [name, value] of Object.entries({ delayMs, maxDelayMs })) {
    checkNumber(`retry.${name}`, value)
    if (!(value >= 0)) throw new RangeError(`retry.${name}: expected 0 or more, got ${value}`)
  }
  checkNumber('retry.factor', factor)
  if (!(factor >= 1)) throw new RangeError(`retry.factor: expected 1 or more, got ${factor}`)
}

function without(names: ReadonlySet<string>, one: string): ReadonlySet<string> {
  return new Set([...names].filter((name) => name !== one))
}
