/** A thread without a pool: does as many milliseconds of work as it is told, so many times, and says so. */
import { parentPort } from 'node:worker_threads'
import { work } from './tasks.ts'

parentPort?.on('message', ({ times, ms }: { times: number; ms: number }) => {
  for (let i = 0; i < times; i++) work(ms)
  parentPort?.postMessage(times)
})
