import type { Transferable } from 'node:worker_threads'
import type { Kind } from '../contender.ts'
import type { Drive } from '../topology.ts'
import type { SharedName, SharedScenario } from './scenario.ts'
import type { FarWork, NearWork } from './work.ts'

/** One way to move values between threads. Each module in `peers/` exports one as `contender`. */
export interface SharedContender {
  /** As in the tables and after `--only`. */
  readonly name: string
  readonly kind: Kind
  /** What a reader of the table must know to compare fairly. */
  readonly note?: string | undefined
  /** What it can do, by scenario. */
  readonly routes: Partial<Record<SharedName, Route>>
}

/** Either the two ends of a link, for whom threads are started, or a drive with threads of its own. */
export type Route = Ends | OwnThreads

/** What a thread is given when it starts. */
export interface Share<T> {
  readonly data: T
  readonly transfer?: readonly Transferable[]
}

/** The two ends of a link. Near counts, far sends or answers; each is called once in its thread, after `open`. */
export interface Ends {
  /** In the main thread: makes what the two need. */
  open(scenario: SharedScenario): { readonly near: Share<unknown>; readonly far: Share<unknown> }
  near(data: unknown, scenario: SharedScenario): NearWork | Promise<NearWork>
  far(data: unknown, scenario: SharedScenario): FarWork | Promise<FarWork>
}

/** A library that starts its threads itself. */
export interface OwnThreads {
  drive(scenario: SharedScenario): Drive | Promise<Drive>
}

/** Ends whose threads get what `open` made for them. */
export function ends<N, F>(typed: {
  open(scenario: SharedScenario): { readonly near: Share<N>; readonly far: Share<F> }
  near(data: N, scenario: SharedScenario): NearWork | Promise<NearWork>
  far(data: F, scenario: SharedScenario): FarWork | Promise<FarWork>
}): Ends {
  return {
    open: (scenario) => typed.open(scenario),
    near: (data, scenario) => typed.near(data as N, scenario),
    far: (data, scenario) => typed.far(data as F, scenario),
  }
}

/** A contender and the module that the threads of a measuring process load it from. */
export interface SharedEntry {
  readonly contender: SharedContender
  readonly module: URL
}

/** The modules of the shared suite. A new contender is a file in `peers/` and a line here. */
const MODULES: readonly URL[] = [
  new URL('./peers/millrace-mpmc.ts', import.meta.url),
  new URL('./peers/millrace-mpsc.ts', import.meta.url),
  new URL('./peers/millrace-spsc.ts', import.meta.url),
  new URL('./peers/post-message.ts', import.meta.url),
  new URL('./peers/post-message-array.ts', import.meta.url),
  new URL('./peers/post-message-packed.ts', import.meta.url),
  new URL('./peers/ringbuf.ts', import.meta.url),
  new URL('./peers/multithreading.ts', import.meta.url),
]

/** Loads every contender of the shared suite. */
export function loadSharedContenders(): Promise<SharedEntry[]> {
  return Promise.all(MODULES.map(loadSharedContender))
}

/** Loads one contender. */
export async function loadSharedContender(module: URL): Promise<SharedEntry> {
  const { contender }: { contender: SharedContender } = await import(module.href)
  return { contender, module }
}

/** What a contender does in a scenario. */
export function routeOf({ name, routes }: SharedContender, scenario: SharedScenario): Route {
  const route = routes[scenario.name]
  if (route === undefined) throw new TypeError(`${name} has no route for ${scenario.name}`)
  return route
}
