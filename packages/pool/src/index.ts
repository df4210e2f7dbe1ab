export type {
  AnyTasks,
  RecycleLimits,
  SetupCall,
  ShutdownOptions,
  ShutdownReport,
  StreamNames,
  StreamOptions,
  SubmitOptions,
  Task,
  TaskArguments,
  TaskItem,
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
