import { availableParallelism } from 'node:os'
import { isAbsolute } from 'node:path'
import { pathToFileURL } from 'node:url'
import { inspect } from 'node:util'
import { checkWaitOptions, refusal, type WaitOptions } from '@millrace/notify'
import type {
  RecycleLimits,
  SetupCall,
  ShutdownOptions,
  StreamOptions,
  SubmitOptions,
  ThreadLimits,
  ThreadPoolOptions,
} from './api.ts'

/**
 * The least limits a thread can start with, and some more. With less V8 ends the whole process before any JavaScript runs:
 * measured, below 3 MiB of old generation and below 0.25 MiB of stack; to load Node itself it takes 5 and 0.3.
 */
const LEAST_LIMITS: Readonly<Record<string, number>> = { maxOldGenerationSizeMb: 8, stackSizeMb: 0.5 }

/** Timers of a thread are late by so much at most. */
const MOST_SPIN_US = 1_000

/** Settings of a pool with every default filled in. */
export interface PoolSettings {
  readonly threads: number
  readonly maxPending: number
  readonly overflow: 'wait' | 'reject'
  readonly runTimeoutMs: number
  readonly cancelGraceMs: number
  readonly resourceLimits: ThreadLimits | undefined
  readonly name: string
  readonly setup: SetupCall | undefined
  readonly spinUs: number
  readonly maxTasks: number
  readonly maxHeapBytes: number
  readonly inThread: boolean
}

/** Checks the options of a pool and fills in the defaults. */
export function poolSettings(options: ThreadPoolOptions): PoolSettings {
  checkNames('threadPool', options, poolOptionNames)
  const { overflow = 'wait', name = 'millrace-pool', resourceLimits } = options
  const { inThread = false, setup, spinUs = 0, recycle = noOptions as RecycleLimits } = options
  const { threads = inThread ? 1 : availableParallelism(), maxPending = 1024, cancelGraceMs = 100 } = options
  const { runTimeoutMs = Number.POSITIVE_INFINITY } = options
  checkCount('threads', threads)
  checkCount('maxPending', maxPending)
  if (overflow !== 'wait' && overflow !== 'reject') {
    throw new TypeError(`overflow: expected 'wait' or 'reject', got ${inspect(overflow)}`)
  }
  checkRunTimeout(runTimeoutMs)
  checkNumber('cancelGraceMs', cancelGraceMs)
  if (!(cancelGraceMs >= 0 && cancelGraceMs < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`cancelGraceMs: expected 0 or more and less than Infinity, got ${cancelGraceMs}`)
  }
  if (resourceLimits !== undefined) checkLimits(resourceLimits)
  if (typeof name !== 'string') throw new TypeError(`name: expected a string, got ${inspect(name)}`)
  if (typeof inThread !== 'boolean') throw new TypeError(`inThread: expected a boolean, got ${inspect(inThread)}`)
  checkThreadOptions(setup, spinUs, recycle)
  return {
    threads,
    maxPending,
    overflow,
    runTimeoutMs,
    cancelGraceMs,
    resourceLimits,
    name,
    setup,
    spinUs,
    maxTasks: recycle.afterTasks ?? Number.POSITIVE_INFINITY,
    maxHeapBytes: (recycle.aboveHeapMb ?? Number.POSITIVE_INFINITY) * 2 ** 20,
    inThread,
  }
}

function checkThreadOptions(setup: SetupCall | undefined, spinUs: number, recycle: RecycleLimits): void {
  checkNumber('spinUs', spinUs)
  if (!(spinUs >= 0 && spinUs <= MOST_SPIN_US)) {
    throw new RangeError(`spinUs: expected 0 to ${MOST_SPIN_US}, got ${spinUs}`)
  }
  checkNames('recycle', recycle, recycleNames)
  if (recycle.afterTasks !== undefined) checkCount('recycle.afterTasks', recycle.afterTasks)
  if (recycle.aboveHeapMb !== undefined) {
    checkNumber('recycle.aboveHeapMb', recycle.aboveHeapMb)
    if (!(recycle.aboveHeapMb > 0))
      throw new RangeError(`recycle.aboveHeapMb: expected more than 0, got ${recycle.aboveHeapMb}`)
  }
  if (setup === undefined) return
  checkNames('setup', setup, setupNames)
  checkFunction(setup.name, setup.args ?? [], 'setup.')
}

function checkFunction(name: unknown, args: unknown, prefix = ''): void {
  if (typeof name !== 'string')
    throw new TypeError(`${prefix}name: expected the name of an export, got ${inspect(name)}`)
  if (!Array.isArray(args)) throw new TypeError(`${prefix}args: expected an array of arguments, got ${inspect(args)}`)
}

/** Checks one call of a stream. */
export function checkStream(name: unknown, args: unknown, options: StreamOptions): void {
  const { ahead, ...others } = options
  if (ahead !== undefined) checkCount('ahead', ahead)
  checkCall('stream', name, args, others)
}

/** Checks one call of submit or run. */
export function checkCall(
  call: 'submit' | 'run' | 'stream' | 'runOnAll',
  name: unknown,
  args: unknown,
  options: SubmitOptions,
): void {
  checkFunction(name, args)
  if (options === noOptions) return
  checkNames(call, options, submitOptionNames)
  checkWaitOptions(options)
  const { runTimeoutMs, transfer } = options
  if (runTimeoutMs !== undefined) checkRunTimeout(runTimeoutMs)
  if (transfer !== undefined && !Array.isArray(transfer)) {
    throw new TypeError(`transfer: expected an array, got ${inspect(transfer)}`)
  }
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

/** Where the module of the tasks is: a `file:` or `data:` URL, as a URL or as text, or an absolute path. */
export function moduleUrl(module: unknown): URL {
  const url = toUrl(module)
  if (url?.protocol === 'file:' || url?.protocol === 'data:') return url
  const given = module instanceof URL ? module.href : inspect(module)
  throw new TypeError(`module: expected a file: or data: URL or an absolute path, got ${given}`)
}

/** What a call without options has. */
export const noOptions: Readonly<Record<never, never>> = Object.freeze({})

const poolOptionNames = new Set<string>([
  'threads',
  'maxPending',
  'overflow',
  'runTimeoutMs',
  'cancelGraceMs',
  'resourceLimits',
  'setup',
  'recycle',
  'spinUs',
  'inThread',
  'name',
] satisfies (keyof ThreadPoolOptions)[])

const recycleNames = new Set<string>(['afterTasks', 'aboveHeapMb'] satisfies (keyof RecycleLimits)[])

const setupNames = new Set<string>(['name', 'args'] satisfies (keyof SetupCall)[])

const submitOptionNames = new Set<string>([
  'signal',
  'timeoutMs',
  'runTimeoutMs',
  'transfer',
] satisfies (keyof SubmitOptions)[])

const waitOptionNames = new Set<string>(['signal', 'timeoutMs'] satisfies (keyof WaitOptions)[])

const shutdownOptionNames = new Set<string>(['timeoutMs'] satisfies (keyof ShutdownOptions)[])

const limitNames = new Set<string>([
  'maxOldGenerationSizeMb',
  'maxYoungGenerationSizeMb',
  'codeRangeSizeMb',
  'stackSizeMb',
] satisfies (keyof ThreadLimits)[])

function toUrl(module: unknown): URL | undefined {
  if (module instanceof URL) return module
  if (typeof module !== 'string') return undefined
  if (isAbsolute(module)) return pathToFileURL(module)
  return URL.canParse(module) ? new URL(module) : undefined
}

function checkNames(call: string, options: object, names: ReadonlySet<string>): void {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`${call}: expected an object of options, got ${inspect(options)}`)
  }
  for (const name of Object.keys(options)) {
    if (!names.has(name)) throw new TypeError(`${name}: ${call} has no such option; it has ${[...names].join(', ')}`)
  }
}

function checkNumber(option: string, value: unknown): void {
  if (typeof value !== 'number') throw new TypeError(`${option}: expected a number, got ${inspect(value)}`)
}

function checkCount(option: string, value: number): void {
  checkNumber(option, value)
  if (!Number.isSafeInteger(value) || value < 1) {
    throw new RangeError(`${option}: expected an integer from 1, got ${value}`)
  }
}

function checkRunTimeout(value: number): void {
  checkNumber('runTimeoutMs', value)
  if (!(value > 0)) throw new RangeError(`runTimeoutMs: expected more than 0, got ${value}`)
}

function checkLimits(limits: ThreadLimits): void {
  checkNames('resourceLimits', limits, limitNames)
  for (const [name, value] of Object.entries(limits)) {
    if (value === undefined) continue
    checkNumber(`resourceLimits.${name}`, value)
    const least = LEAST_LIMITS[name] ?? 0
    if (value > 0 && value >= least && Number.isFinite(value)) continue
    const range = least > 0 ? `at least ${least}, with less the process would die` : 'more than 0'
    throw new RangeError(`resourceLimits.${name}: expected ${range}, got ${value}`)
  }
}
