/** Limits on how many async functions run at a time, behind one face. */
import { taskPool } from '@millrace/pool'
import asyncLibrary from 'async'
import fastq from 'fastq'
import pLimit from 'p-limit'
import PQueue from 'p-queue'
import type { Kind } from '../../contender.ts'

/** Runs a function when it may. */
type Limiter = <R>(body: () => Promise<R>) => Promise<R>

/** How a limiter is made. */
export interface LimiterMaker {
  readonly name: string
  readonly kind: Kind
  readonly note?: string | undefined
  make(limit: number): Limiter
}

/** Everybody. */
export const LIMITERS: readonly LimiterMaker[] = [
  {
    name: 'millrace',
    kind: 'ours',
    note: 'taskPool, with metrics, cancellation and the context of the caller',
    make(limit) {
      const pool = taskPool({ concurrency: limit, maxPending: 1_000_000 })
      return (body) => pool.run(body)
    },
  },
  {
    name: 'millrace, no metrics',
    kind: 'ours',
    make(limit) {
      const pool = taskPool({ concurrency: limit, maxPending: 1_000_000, metrics: false })
      return (body) => pool.run(body)
    },
  },
  {
    name: 'p-limit',
    kind: 'peer',
    make(limit) {
      const limited = pLimit(limit)
      return (body) => limited(body)
    },
  },
  {
    name: 'p-queue',
    kind: 'peer',
    note: 'loses the context of the caller',
    make(limit) {
      const queue = new PQueue({ concurrency: limit })
      return (body) => queue.add(body)
    },
  },
  {
    name: 'fastq',
    kind: 'peer',
    note: 'loses the context of the caller',
    make(limit) {
      const queue = fastq.promise((body: () => Promise<unknown>) => body(), limit)
      return (body) => queue.push(body) as Promise<never>
    },
  },
  {
    name: 'async.queue',
    kind: 'peer',
    note: 'loses the context of the caller',
    make(limit) {
      const queue = asyncLibrary.queue(async (body: () => Promise<unknown>) => body(), limit)
      return (body) => queue.pushAsync(body) as Promise<never>
    },
  },
]
