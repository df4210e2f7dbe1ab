export { Blocker } from './shared/blocker.ts'
export { Watch } from './shared/watch.ts'
