export type { ArenaMemory, ArenaOptions, Kernel, ObjectHandle, Views } from './api.ts'
export { Arena, arena, arenaOf, attachArena, defaultArena } from './arena.ts'
export { whenWatched } from './deaths.ts'
export { provideKernel } from './execution.ts'
export { holdProcess, releaseProcess } from './keep-alive.ts'
export * from './layout.ts'
export { claimWord, exchangeWord, loadWord, loneMemory, storeWord } from './lone.ts'
export {
  bareObject,
  type LazyRingOptions,
  lazyRing,
  notifyObject,
  ownBytes,
  type RecordRingOptions,
  recordCredit,
  recordRing,
  type SlabOptions,
  type SlotQueueOptions,
  slab,
  slabBlocks,
  slotQueue,
} from './objects.ts'
export type { WorkerLike } from './thread.ts'
export { beforeBlocking, napSync, pause, waitForWake, waitSync } from './wait.ts'
export { watchWorker } from './watch-worker.ts'
export { words } from './words.ts'
