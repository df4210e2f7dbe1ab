import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openQueues } from '@millrace/queue'
import { LostValuesError } from '../child.ts'
import type { Figures, Prepared } from '../trial.ts'

const BODY = new Uint8Array(100).fill(7)
const BATCH = 1_000
const CYCLES = 20_000

/** Where the queue is. */
export type Place = 'memory' | 'disk' | 'disk, bodies there alone'

/** Life cycles one by one, in a queue that holds so many messages already; how long it takes to open, and what a message takes in memory. */
export async function filled(place: Place, messages: number): Promise<Prepared> {
  const folder = mkdtempSync(join(tmpdir(), 'queue-bench-'))
  const path = place === 'memory' ? ':memory:' : folder
  const options = { path, sync: 'never', ...(place === 'disk, bodies there alone' ? { memoryBytes: 0 } : {}) } as const
  let queues = await openQueues(options)
  await queues.create('bench', { capacity: 10_000_000, capacityBytes: 1e12 })
  const before = used()
  for (let sent = 0; sent < messages; sent += BATCH) {
    await queues.sendMany('bench', new Array(Math.min(BATCH, messages - sent)).fill({ body: BODY }))
  }
  const bytes = messages === 0 ? 0 : (used() - before) / messages
  let openMs = 0
  if (place !== 'memory') {
    await queues.close()
    queues = await openQueues(options)
    openMs = queues.recovery.durationMs
  }
  return {
    async run(): Promise<Figures> {
      const began = performance.now()
      for (let cycle = 0; cycle < CYCLES; cycle++) {
        await queues.send('bench', BODY)
        const [message] = await queues.receive('bench')
        if (message?.body.length !== BODY.length) throw new LostValuesError('what was sent was not received')
        await queues.ack(message.lease)
      }
      return { rate: CYCLES / ((performance.now() - began) / 1_000), open: openMs, bytes }
    },
    async close() {
      const { ready } = await queues.stats('bench')
      await queues.close()
      rmSync(folder, { recursive: true, force: true })
      if (ready !== messages) throw new LostValuesError(`${messages} were there, and ${ready} are`)
    },
  }
}

function used(): number {
  globalThis.gc?.()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}
