import type { PoolMetrics } from '../api.ts'

/** One number of a pool, as monitoring knows it. Names of counters end in `_total`. */
export interface MetricName {
  readonly name: string
  readonly help: string
  readonly value: (metrics: PoolMetrics) => number
}

/** What is exported of a pool beside its timings. */
export const metricNames: readonly MetricName[] = [
  { name: 'size', help: 'The most tasks that run at a time.', value: ({ size }) => size },
  { name: 'running', help: 'Tasks that run.', value: ({ running }) => running },
  { name: 'pending', help: 'Tasks accepted and not yet started.', value: ({ pending }) => pending },
  { name: 'waiting', help: 'Submits that wait for a place.', value: ({ waiting }) => waiting },
  { name: 'live_threads', help: 'Threads that live.', value: ({ liveThreads }) => liveThreads },
  { name: 'idle_workers', help: 'Workers that have nothing to do.', value: ({ idleWorkers }) => idleWorkers },
  {
    name: 'utilization_ratio',
    help: 'Tasks that run, as a share of the most that may.',
    value: ({ utilization }) => utilization,
  },
  {
    name: 'queue_pressure_ratio',
    help: 'Tasks that pend, as a share of the most that may.',
    value: ({ queuePressure }) => queuePressure,
  },
  {
    name: 'success_ratio',
    help: 'Tasks that returned, as a share of those that were not cancelled.',
    value: ({ successRate }) => successRate,
  },
  { name: 'submitted_total', help: 'Tasks that were accepted.', value: ({ submitted }) => submitted },
  { name: 'rejected_total', help: 'Submits that were not accepted.', value: ({ rejected }) => rejected },
  { name: 'done_total', help: 'Tasks that returned.', value: ({ done }) => done },
  { name: 'failed_total', help: 'Tasks that threw or whose thread died.', value: ({ failed }) => failed },
  { name: 'cancelled_total', help: 'Tasks that were cancelled.', value: ({ cancelled }) => cancelled },
  { name: 'killed_total', help: 'Tasks that did not stop when told.', value: ({ killed }) => killed },
  { name: 'timed_out_total', help: 'Tasks that ran too long.', value: ({ timedOut }) => timedOut },
  { name: 'retried_total', help: 'Runs that failed and were begun again.', value: ({ retried }) => retried },
  { name: 'crashes_total', help: 'Threads that died unasked.', value: ({ crashes }) => crashes },
]
