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
export type {
  EvictReason,
  Held,
  ItemOptions,
  PriorityPool,
  PriorityPoolOptions,
  PriorityPoolStats,
  SubmitOutcome,
  Ticket,
  TicketState,
} from './priority/api.ts'
export { priorityPool } from './priority/priority-pool.ts'
export { threadPool } from './thread-pool.ts'
