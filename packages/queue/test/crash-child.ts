/**
 * Uses queues in a folder at random, and writes down, before it goes on, what it is about to do and what it was answered: lines of JSON, which
 * a parent reads until it kills it.
 */
import { writeSync } from 'node:fs'
import { openQueues } from '../src/index.ts'
import { Random } from './random.ts'

const [path = '', sync = 'always', seed = '1', mode = 'work'] = process.argv.slice(2)

function tell(...line: readonly unknown[]): void {
  const bytes = Buffer.from(`${JSON.stringify(line)}\n`)
  for (let done = 0; done < bytes.length; ) done += writeSync(1, bytes, done)
}

const random = new Random(Number(seed))
tell('opening')
const queues = await openQueues({
  path,
  sync: sync === 'always' || sync === 'never' ? sync : { everyMs: Number(sync) },
  segmentBytes: random.pick([500, 5_000, 100_000]),
  memoryBytes: random.pick([0, 1_000, 2 ** 28]),
})
await queues.create('dead')
await queues.create('a', { maxDeliveries: 2, deadLetterQueue: 'dead', leaseMs: 100_000 })
tell('open')

let count = 0

/** One after the other: send a few, receive, and acknowledge, give back or keep. */
async function work(worker: number): Promise<void> {
  for (;;) {
    const bodies = Array.from({ length: random.between(1, 3) }, () => `${seed}.${worker}.${++count}`)
    tell('sending', bodies)
    await queues.sendMany(
      'a',
      bodies.map((body) => ({ body: body.padEnd(random.pick([0, 50, 3_000]), ' ') })),
    )
    tell('sent', bodies)
    for (const message of await queues.receive('a', { max: 2, timeoutMs: 0 })) {
      const body = message.text().trim()
      tell('received', body)
      const what = random.between(0, 4)
      if (what < 3) {
        tell('acking', body)
        if ((await queues.ack(message.lease)) === 'acked') tell('acked', body)
      } else if (what === 3) await queues.nack(message.lease)
    }
    if (random.chance(0.2)) {
      for (const { body } of (await queues.peek('dead')).map((message) => ({ body: message.text().trim() })))
        tell('acking', body)
      for (const message of await queues.receive('dead', { leaseMs: 0, timeoutMs: 0 }))
        tell('acked', message.text().trim())
    }
    if (random.chance(0.05)) await queues.redrive('dead')
  }
}

if (mode === 'exit') {
  await queues.send('a', 'last')
  tell('sent', ['last'])
  process.exit()
}
if (mode === 'work') await Promise.all([1, 2, 3].map(work))
if (mode === 'hold') setInterval(() => {}, 1_000)
