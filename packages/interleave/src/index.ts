export { region } from './actor.ts'
export type {
  Access,
  ActorLike,
  ActorOptions,
  AtomicOperations,
  End,
  ExploreOptions,
  Report,
  Results,
  SharedMemory,
  SharedMemoryOptions,
} from './api.ts'
export { ScheduleError } from './errors.ts'
export { explore, replay } from './explore.ts'
export { choose, pause, point, step } from './host.ts'
export { sharedMemory } from './memory.ts'
export type { Answer } from './operation.ts'
