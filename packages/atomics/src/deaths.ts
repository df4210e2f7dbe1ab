import type { Arena } from './arena.ts'
import { ARENA_LOCKS, LIFE, LIFE_GENERATION, LOCKED, PARTICIPANTS, THREAD } from './kernel/layout.ts'
import { nodeProcess, nodeThreads, threadNumber, type WorkerLike } from './thread.ts'
import { waitForWake } from './wait.ts'
import { hasLocks, holdLock, holdsLock, onceUnlocked } from './web-locks.ts'
import { words } from './words.ts'

/** What a death is reported to. */
interface Mourner {
  threadDied(thread: number): void
}

let arenas: ReadonlyMap<string, Mourner> | undefined
const listeners = new WeakMap<WorkerLike, () => void>()

// Workers that are started from now on: their first arena may come later than they do, and they tell it which thread they end with.
nodeProcess()?.on?.('worker', missWorker)
if (nodeThreads() !== undefined) threadNumber()

/**
 * Has every worker of this thread that is watched repaired when it exits, for whatever reason, in all of its arenas.
 *
 * A thread hears of the deaths of its own workers only, so the thread that starts workers has to hold the arena they share.
 */
export function listenForDeaths(known: ReadonlyMap<string, Mourner>): void {
  arenas = known
}

/** Has a worker repaired when it exits, in all arenas that this thread holds then. Once, however often it is said, also after its listeners were removed. */
export function missWorker(worker: WorkerLike): void {
  const listener = listeners.get(worker) ?? mournerOf(worker.threadId + 1)
  listeners.set(worker, listener)
  worker.off('exit', listener)
  worker.once('exit', listener)
}

function mournerOf(thread: number): () => void {
  return () => {
    for (const arena of arenas?.values() ?? []) arena.threadDied(thread)
  }
}

/**
 * Resolves with true once the death of this thread will be noticed.
 *
 * In Node that is at once, for a worker whose parent holds the arena. In a browser it takes turns of the event loop, so a
 * worker that blocks awaits this first: one that is terminated before is missed by nobody, and its endpoints stay counted.
 * There the thread that made the arena notices, and every window that takes part, when its event loop turns. A worker that
 * blocks when it is terminated may live two seconds longer. False where nobody would notice, as without Web Locks: then
 * tell `arena.declareDead`.
 *
 * @example
 * import { whenWatched } from '@millrace/atomics'
 *
 * await whenWatched() // => true
 */
export function whenWatched(): Promise<boolean> {
  return nodeThreads() === undefined ? holdLock() : Promise.resolve(true)
}

/** Has the others of the arena learn of this thread's death, and repairs theirs, where locks tell of it. */
export function watchLocks(arena: Arena): void {
  if (!hasLocks) return
  // At once where it can be: the thread may be about to block.
  if (holdsLock()) sayLocked(arena)
  else
    holdLock().then((isHeld) => {
      if (isHeld) sayLocked(arena)
    })
  // A thread that blocks notices nothing, so all windows watch; of the workers only one, or locks would be the square of them.
  if (arena.participant === 0 || !('WorkerGlobalScope' in globalThis)) watch(arena, new Map())
}

/** This thread holds its lock: those who watch may wait for it. */
function sayLocked(arena: Arena): void {
  const record = PARTICIPANTS + arena.participant * 128
  words.store(arena, record + LOCKED, words.load(arena, record + LIFE_GENERATION) + 1)
  arena.kernel.wake(ARENA_LOCKS)
}

/**
 * Waits for the locks of all lives that hold one, and for more of them. `watched` has the generation by participant.
 *
 * INVARIANT  a life is told by its generation, since its place among the participants may be another's by the time it is missed.
 */
function watch(arena: Arena, watched: Map<number, number>): void {
  const epoch = arena.kernel.parkBegin(ARENA_LOCKS)
  for (let participant = 0; participant < arena.participants; participant++) {
    const record = PARTICIPANTS + participant * 128
    const generation = words.load(arena, record + LIFE_GENERATION)
    const isLocked =
      words.load(arena, record + LOCKED) === ((generation + 1) | 0) && words.load(arena, record + LIFE) === 1
    if (!isLocked || participant === arena.participant || watched.get(participant) === generation) continue
    watched.set(participant, generation)
    onceUnlocked(words.load(arena, record + THREAD), () => arena.lifeEnded(participant, generation))
  }
  waitForWake(arena, ARENA_LOCKS, epoch, () => watch(arena, watched), false)
}
