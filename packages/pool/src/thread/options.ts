import { availableParallelism } from 'node:os'
import { isAbsolute } from 'node:path'
import { pathToFileURL } from 'node:url'
import { show } from '@millrace/notify'
import type { CoreSettings } from '../core.ts'
import {
  checkBoolean,
  checkCore,
  checkCount,
  checkGrace,
  checkNames,
  checkNumber,
  checkSubmit,
  noOptions,
  submitOptionNames,
  tryOptionNames,
} from '../options.ts'
import type {
  RecycleLimits,
  SetupCall,
  StreamOptions,
  ThreadLimits,
  ThreadPoolOptions,
  ThreadSubmitOptions,
} from '../thread-api.ts'

/**
 * The least limits a thread can start with, and some more. With less V8 ends the whole process before any JavaScript runs:
 * measured, below 3 MiB of old generation and below 0.25 MiB of stack; to load Node itself it takes 5 and 0.3.
 */
const LEAST_LIMITS: Readonly<Record<string, number>> = { maxOldGenerationSizeMb: 8, stackSizeMb: 0.5 }

/** Timers of a thread are late by so much at most. */
const MOST_SPIN_US = 1_000

/** Settings of a pool with every default filled in. */
export interface PoolSettings extends CoreSettings {
  readonly cancelGraceMs: number
  readonly resourceLimits: ThreadLimits | undefined
  readonly name: string
  readonly setup: SetupCall | undefined
  readonly loadTimeoutMs: number
  readonly spinUs: number
  readonly maxTasks: number
  readonly maxHeapBytes: number
  readonly inThread: boolean
}

/** Checks the options of a pool and fills in the defaults. */
export function poolSettings(options: ThreadPoolOptions): PoolSettings {
  checkNames('threadPool', options, poolOptionNames)
  const core = checkCore(options)
  const { name = 'millrace-pool', resourceLimits, inThread = false, setup, spinUs = 0 } = options
  const { recycle = noOptions as RecycleLimits, cancelGraceMs = 100 } = options
  const { loadTimeoutMs = 60_000 } = options
  const { threads = inThread ? 1 : availableParallelism() } = options
  checkCount('threads', threads)
  checkGrace(cancelGraceMs)
  checkLoad(loadTimeoutMs)
  if (resourceLimits !== undefined) checkLimits(resourceLimits)
  if (typeof name !== 'string') throw new TypeError(`name: expected a string, got ${show(name)}`)
  checkBoolean('inThread', inThread)
  for (const other of inThread ? (['resourceLimits', 'recycle'] as const) : []) {
    if (options[other] !== undefined)
      throw new TypeError(`${other}: the calling thread has none; leave it out with inThread`)
  }
  checkThreadOptions(setup, spinUs, recycle)
  return {
    ...core,
    size: threads,
    cancelGraceMs,
    resourceLimits,
    name,
    setup,
    loadTimeoutMs,
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

function checkLoad(loadTimeoutMs: number): void {
  checkNumber('loadTimeoutMs', loadTimeoutMs)
  if (!(loadTimeoutMs > 0)) throw new RangeError(`loadTimeoutMs: expected more than 0, got ${loadTimeoutMs}`)
}

function checkFunction(name: unknown, args: unknown, prefix = ''): void {
  if (typeof name !== 'string') throw new TypeError(`${prefix}name: expected the name of an export, got ${show(name)}`)
  if (!Array.isArray(args)) throw new TypeError(`${prefix}args: expected an array of arguments, got ${show(args)}`)
}

/** Checks one call of a generator. */
export function checkStream(name: unknown, args: unknown, options: StreamOptions): void {
  checkCall('stream', name, args, options, streamNames)
  if (options.ahead !== undefined) checkCount('ahead', options.ahead)
  if (options.retry !== undefined) throw new TypeError('retry: what gives items is not run again')
}

/** Checks one call of an export. */
export function checkCall(
  call: string,
  name: unknown,
  args: unknown,
  options: ThreadSubmitOptions = noOptions,
  names: ReadonlySet<string> = callNames,
): void {
  checkFunction(name, args)
  if (options === noOptions) return
  checkSubmit(call, options, names)
  const { transfer } = options
  if (transfer !== undefined && !Array.isArray(transfer)) {
    throw new TypeError(`transfer: expected an array, got ${show(transfer)}`)
  }
}

/** Where the module of the tasks is: a `file:` or `data:` URL, as a URL or as text, or an absolute path. */
export function moduleUrl(module: unknown): URL {
  const url = toUrl(module)
  if (url?.protocol === 'file:' || url?.protocol === 'data:') return url
  const given = module instanceof URL ? module.href : show(module)
  throw new TypeError(`module: expected a file: or data: URL or an absolute path, got ${given}`)
}

const callNames: ReadonlySet<string> = new Set([...submitOptionNames, 'transfer'])

const streamNames: ReadonlySet<string> = new Set([...callNames, 'ahead'])

/** What a call may say that does not wait. */
export const tryNames: ReadonlySet<string> = new Set([...tryOptionNames, 'transfer'])

const poolOptionNames = new Set<string>([
  'threads',
  'maxPending',
  'overflow',
  'runTimeoutMs',
  'cancelGraceMs',
  'resourceLimits',
  'setup',
  'loadTimeoutMs',
  'recycle',
  'spinUs',
  'inThread',
  'name',
  'perKey',
  'metrics',
] satisfies (keyof ThreadPoolOptions)[])

const recycleNames = new Set<string>(['afterTasks', 'aboveHeapMb'] satisfies (keyof RecycleLimits)[])

const setupNames = new Set<string>(['name', 'args'] satisfies (keyof SetupCall)[])

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
