export type {
  ItemStreamOptions,
  Items,
  MapOptions,
  Pool,
  PoolMetrics,
  ResultStream,
  Retry,
  Scope,
  ScopeMetrics,
  ScopeOptions,
  ShutdownOptions,
  ShutdownReport,
  SubmitOptions,
  Task,
  TaskState,
} from './api.ts'
export { PoolError, type PoolErrorCode, type PoolErrorOptions } from './errors.ts'
export type { HistogramSnapshot } from './metrics/histogram.ts'
export { cpuBound, ioBound } from './presets.ts'
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
export type { RunContext, TaskPool, TaskPoolOptions, TaskScope, TaskVerbs } from './task-api.ts'
export { taskPool } from './task-pool.ts'
export type {
  AnyTasks,
  RecycleLimits,
  SetupCall,
  StreamNames,
  StreamOptions,
  TaskArguments,
  TaskInput,
  TaskItem,
  TaskNames,
  TaskResult,
  ThreadLimits,
  ThreadPool,
  ThreadPoolOptions,
  ThreadScope,
  ThreadSubmitOptions,
  ThreadVerbs,
} from './thread-api.ts'
export { threadPool } from './thread-pool.ts'
