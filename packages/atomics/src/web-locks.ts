import { nodeThreads, threadNumber } from './thread.ts'

/** What this package needs of `navigator.locks`; not among Node's types of every version. */
interface Locks {
  request(name: string, options: { mode: 'exclusive' | 'shared' }, granted: () => unknown): Promise<unknown>
}

/**
 * How a browser tells of a death. It has no event for it, but whatever ends a thread ends its locks.
 *
 *     a thread    requests `millrace:<its number>` for ever ── granted ──▶ says so in the arena
 *     a watcher   sees that ──▶ requests the same lock, shared ── granted ──▶ that thread is gone
 *
 * INVARIANT  a watcher asks for a lock only after its thread was granted it, so what the watcher is granted is a death.
 */
const locks: Locks | undefined = nodeThreads() === undefined ? findLocks() : undefined

let holding: Promise<boolean> | undefined
let isHeld = false

/** Whether deaths are told by locks here. */
export const hasLocks: boolean = locks !== undefined

/** Whether this thread was granted its lock. */
export function holdsLock(): boolean {
  return isHeld
}

/** Holds the lock of this thread as long as it runs. Resolves once it is granted: true, or false where it never will be. */
export function holdLock(): Promise<boolean> {
  if (locks === undefined) return Promise.resolve(false)
  const name = nameOf(threadNumber())
  holding ??= new Promise<boolean>((resolve) => {
    const forEver = (): Promise<never> => {
      isHeld = true
      resolve(true)
      return new Promise(() => {})
    }
    locks.request(name, { mode: 'exclusive' }, forEver).catch(() => resolve(false))
  })
  return holding
}

/** Calls back when a thread is gone that was seen to hold its lock. */
export function onceUnlocked(thread: number, gone: () => void): void {
  locks?.request(nameOf(thread), { mode: 'shared' }, gone).catch(() => {})
}

function nameOf(thread: number): string {
  return `millrace:${thread}`
}

function findLocks(): Locks | undefined {
  return (globalThis as { navigator?: { locks?: Locks } }).navigator?.locks
}
