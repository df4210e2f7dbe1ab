import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { type PriorityPool, type PriorityPoolOptions, priorityPool } from '@millrace/pool'
import { vi } from 'vitest'

export { rejection } from '../../../../tooling/testing/waiting.ts'

/** A time that stands until it is moved. */
export class FakeClock {
  #now = 1_000

  now(): number {
    return this.#now
  }

  move(ms: number): void {
    this.#now += ms
  }
}

/** What is kept in both ways, by whoever is asked; the last takes what is in neither. */
export const kinds: readonly [name: string, options: Partial<PriorityPoolOptions<Job>>][] = [
  ['in buckets', { structure: 'buckets', priority: ({ priority }) => priority }],
  ['in a heap', { structure: 'heap', priority: ({ priority }) => priority }],
  ['by a function', { compare: (a, b) => b.priority - a.priority }],
  ['as it likes', { priority: ({ priority }) => priority }],
]

export interface Job {
  readonly priority: number
  readonly name: string
}

/** A job, as in `5a`. */
function job(text: string): Job {
  const [, priority = '', name = ''] = /^(\d+)(.*)$/.exec(text) ?? []
  return { priority: Number(priority), name }
}

export function text({ priority, name }: Job): string {
  return `${priority}${name}`
}

export function jobs(texts: string): Job[] {
  return texts.split(' ').filter(Boolean).map(job)
}

export function texts(all: Iterable<Job>): string {
  return [...all].map(text).join(' ')
}

/** A pool of jobs that already has these. */
export function poolOf(options: Partial<PriorityPoolOptions<Job>>, has = ''): PriorityPool<Job> {
  const pool = priorityPool<Job>({ capacity: 10, ...options })
  for (const one of jobs(has)) pool.trySubmit(one)
  return pool
}

/** Everything that is told of. */
export function listener(): { told: string[]; onEvict: (item: Job, reason: string) => void } {
  const told: string[] = []
  return { told, onEvict: vi.fn((item: Job, reason: string) => told.push(`${text(item)} ${reason}`)) }
}

/** Whether a promise has settled once what is ready has run. */
export async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  const waiting = Symbol('waiting')
  await new Promise((resolve) => setImmediate(resolve))
  return (await Promise.race([promise.catch(() => {}), Promise.resolve(waiting)])) !== waiting
}

/** Numbers from 0 to below 1, the same for each seed. */
export function randomFrom(seed: number): () => number {
  let last = seed
  return () => {
    last = (last * 48_271) % 2_147_483_647
    return last / 2_147_483_647
  }
}

/** Frees what nobody holds any more, whatever flags the process has. */
export function collectGarbage(): void {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
}

/** What this thread holds, in bytes. */
export function memory(): number {
  // Twice, since what typed arrays held is freed beside the program, and a second collection waits for that.
  collectGarbage()
  collectGarbage()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}
