/** Priority queues behind one face: each takes numbers, which are their own priority, and gives the highest first. */
import { priorityPool } from '@millrace/pool'
import FlatQueue from 'flatqueue'
import { Heap } from 'heap-js'
import TinyQueue from 'tinyqueue'
import type { Kind } from '../contender.ts'

/** A queue, empty. */
interface NumberQueue {
  push(n: number): void
  pop(): number | undefined
}

/** How a queue is made. */
export interface QueueMaker {
  readonly name: string
  readonly kind: Kind
  readonly note?: string | undefined
  make(capacity: number): NumberQueue
}

/** Everybody. */
export const QUEUES: readonly QueueMaker[] = [
  {
    name: 'millrace',
    kind: 'ours',
    note: 'priorityPool: bounded, first in first out among equals',
    make(capacity) {
      const pool = priorityPool<number>({ capacity, priority: (n) => n })
      return { push: (n) => pool.trySubmit(n), pop: () => pool.tryTake() }
    },
  },
  {
    name: 'flatqueue',
    kind: 'peer',
    make() {
      const queue = new FlatQueue<number>()
      return { push: (n) => queue.push(n, -n), pop: () => queue.pop() }
    },
  },
  {
    name: 'tinyqueue',
    kind: 'peer',
    make() {
      const queue = new TinyQueue<number>([], (a, b) => b - a)
      return { push: (n) => queue.push(n), pop: () => queue.pop() }
    },
  },
  {
    name: 'heap-js',
    kind: 'peer',
    make() {
      const queue = new Heap<number>((a, b) => b - a)
      return { push: (n) => void queue.push(n), pop: () => queue.pop() }
    },
  },
]
