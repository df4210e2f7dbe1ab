import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import { arena } from '../src/arena.ts'
import { slotQueue } from '../src/objects.ts'
import { watchWorker } from '../src/watch-worker.ts'

/** A worker, as far as its death is concerned. */
function workerLike() {
  return Object.assign(new EventEmitter(), { threadId: 7 })
}

function handle() {
  const own = arena()
  return own.handle(slotQueue(own, { capacity: 1, slotBytes: 8 }))
}

test('to watch a worker once more, with each handle it is given, does nothing more', () => {
  const worker = workerLike()
  const given = handle()
  for (let i = 0; i < 20; i++) watchWorker(worker, given)
  expect(worker.listenerCount('exit')).toBe(1)
})

test('a worker whose listeners were removed is watched again', () => {
  const worker = workerLike()
  watchWorker(worker)
  worker.removeAllListeners()
  watchWorker(worker)
  expect(worker.listenerCount('exit')).toBe(1)
})

test.each([[undefined], [null], [{}], [new EventEmitter()]])('what is no worker is refused by name: %s', (worker) => {
  expect(() => watchWorker(worker as never)).toThrow(/^worker: expected a worker of node:worker_threads, got /)
})

test.each([[null], [{}], [5]])('what is no handle is refused, and the worker is not watched: %s', (given) => {
  const worker = workerLike()
  expect(() => watchWorker(worker, given as never)).toThrow(/^memory: must be the memory of an arena, got undefined/)
  expect(worker.listenerCount('exit')).toBe(0)
})
