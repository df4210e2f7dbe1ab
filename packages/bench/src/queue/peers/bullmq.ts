import { Queue, Worker } from 'bullmq'
import { LostValuesError } from '../../child.ts'
import type { Figures, Prepared } from '../../trial.ts'
import { percentiles } from '../life-cycles.ts'
import { redisProcess } from './redis.ts'

const NAME = 'bench'

/** BullMQ has no receive and ack: a worker does both. So many jobs in all are added by as many as there are connections, one at a time. */
export async function bullmq(connections: number, cycles: number): Promise<Prepared> {
  const server = await redisProcess('everysec')
  const connection = { host: '127.0.0.1', port: server.port }
  const queues = Array.from({ length: connections }, () => new Queue(NAME, { connection }))
  let received = 0
  let sum = 0
  let told = (_number: number): void => {}
  const worker = new Worker(
    NAME,
    async ({ data }) => {
      received++
      sum += data.number
    },
    { connection, concurrency: connections, removeOnComplete: { count: 0 } },
  )
  worker.on('completed', ({ data }) => told(data.number))
  await worker.waitUntilReady()
  return {
    async run(): Promise<Figures> {
      const began = performance.now()
      received = 0
      sum = 0
      const addedMs: number[] = []
      const tripsMs: number[] = []
      const all = new Promise<void>((resolve) => {
        told = (number) => {
          tripsMs.push(performance.now() - (addedMs[number] as number))
          if (tripsMs.length === cycles) resolve()
        }
      })
      let next = 0
      const add = async (queue: Queue): Promise<void> => {
        while (next < cycles) {
          const number = next++
          addedMs[number] = performance.now()
          await queue.add('job', { number, filling: 'x'.repeat(80) })
        }
      }
      await Promise.all(queues.map(add))
      await all
      if (received !== cycles || sum !== (cycles * (cycles - 1)) / 2) {
        throw new LostValuesError(`sent ${cycles}, received ${received}`)
      }
      return { rate: cycles / ((performance.now() - began) / 1_000), ...percentiles(tripsMs) }
    },
    async close() {
      await worker.close()
      await Promise.all(queues.map((queue) => queue.close()))
      await server.close()
    },
  }
}
