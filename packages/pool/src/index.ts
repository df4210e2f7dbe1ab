export type {
  AnyTasks,
  ShutdownOptions,
  ShutdownReport,
  SubmitOptions,
  Task,
  TaskArguments,
  TaskNames,
  TaskResult,
  TaskState,
  ThreadLimits,
  ThreadPool,
  ThreadPoolMetrics,
  ThreadPoolOptions,
} from './api.ts'
export { PoolError, type PoolErrorCode, type PoolErrorOptions } from './errors.ts'
export { threadPool } from './thread-pool.ts'
