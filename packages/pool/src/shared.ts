export type {
  AttachedPriorityPool,
  SharedPriorityPool,
  SharedPriorityPoolHandle,
  SharedPriorityPoolOptions,
} from './priority/shared/api.ts'
export { attachPriorityPool, sharedPriorityPool } from './priority/shared/shared-priority-pool.ts'
