export type {
  LatchHandle,
  NotifyHandle,
  SemaphoreHandle,
  SharedHandle,
  SharedLatch,
  SharedNotify,
  SharedOptions,
  SharedSemaphore,
} from './shared/api.ts'
export { Blocker } from './shared/blocker.ts'
export { attachLatch, sharedLatch } from './shared/latch.ts'
export { attachNotify, sharedNotify } from './shared/notify.ts'
export { attachSemaphore, sharedSemaphore } from './shared/semaphore.ts'
export { Watch } from './shared/watch.ts'
