import { nodeProcess, type WorkerLike } from './thread.ts'

/** What a death is reported to. */
interface Mourner {
  threadDied(thread: number): void
}

let arenas: ReadonlyMap<string, Mourner> | undefined

/**
 * Has every worker that this thread starts from now on repaired when it exits, for whatever reason, in all of its arenas.
 *
 * A thread hears of the deaths of its own workers only, so the thread that starts workers has to hold the arena they share.
 */
export function listenForDeaths(known: ReadonlyMap<string, Mourner>): void {
  if (arenas !== undefined) return
  arenas = known
  nodeProcess()?.on?.('worker', watchWorker)
}

/** Repairs what a worker leaves when it exits. For workers that were started before the first arena; later ones are watched anyway. */
export function watchWorker(worker: WorkerLike): void {
  const thread = worker.threadId + 1
  worker.once('exit', () => {
    for (const arena of arenas?.values() ?? []) arena.threadDied(thread)
  })
}
