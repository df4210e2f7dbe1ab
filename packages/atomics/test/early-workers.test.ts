import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { expect, test, vi } from 'vitest'
import { CLOSED_BY_SENDERS, STATE } from '../src/kernel/layout.ts'

/** This package as a program has it that has just loaded it. */
async function load() {
  vi.resetModules()
  const [{ arena }, { watchWorker }, { slotQueue }, { words }] = await Promise.all([
    import('../src/arena.ts'),
    import('../src/watch-worker.ts'),
    import('../src/objects.ts'),
    import('../src/words.ts'),
  ])
  return { arena, watchWorker, slotQueue, words }
}

async function start(): Promise<Worker> {
  const worker = new Worker(new URL('./workers/late.worker.ts', import.meta.url), {
    execArgv: ['--conditions=@millrace/source'],
  })
  await once(worker, 'online')
  return worker
}

/** Whether the worker, once it is gone, is missed in an arena that is made now. */
async function isMissed({ arena, slotQueue, words }: Awaited<ReturnType<typeof load>>, worker: Worker) {
  const own = arena()
  const queue = slotQueue(own, { capacity: 1, slotBytes: 8 })
  own.attach(own.handle(queue), 0, 1)
  worker.postMessage(own.handle(queue))
  await once(worker, 'exit')
  return (words.load(own, queue + STATE) & CLOSED_BY_SENDERS) !== 0
}

test('a worker is missed that was started before the first arena was made', async () => {
  const copy = await load()
  expect(await isMissed(copy, await start())).toBe(true)
})

test('a worker that was started before this package was loaded is missed once watchWorker was told of it', async () => {
  for (const isTold of [true, false]) {
    const worker = await start()
    const copy = await load()
    if (isTold) copy.watchWorker(worker)
    expect(await isMissed(copy, worker)).toBe(isTold)
  }
})
