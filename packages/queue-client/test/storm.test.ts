import { openQueues, type QueueEngine } from '@millrace/queue'
import { describe, expect, test } from 'vitest'
import type { QueueClient } from '../src/index.ts'
import { Cable } from './cable.ts'
import { connected, serve, until } from './support.ts'

const IS_LONG = process.env.MILLRACE_LONG !== undefined
const SEED = Number(process.env.MILLRACE_SEED ?? Math.floor(Math.random() * 2 ** 31))

/** Numbers from 0 to 1, the same for the same seed. */
function numbers(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

/** What consumers have got, by body. */
class Got {
  readonly times: Map<string, number> = new Map()

  add(body: string): void {
    this.times.set(body, (this.times.get(body) ?? 0) + 1)
  }
}

/** Receives and acknowledges until it is closed. */
async function consume(client: QueueClient, got: Got, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const messages = await client.receive('a', { max: 8, leaseMs: 300, signal }).catch((error) => {
      if (error === signal.reason) return []
      throw error
    })
    for (const message of messages) got.add(message.text())
    await Promise.all(messages.map(({ lease }) => client.ack(lease)))
  }
}

/** All that was sent has been received and is gone. */
async function drained(engine: QueueEngine): Promise<void> {
  await until(async () => {
    const { ready, inFlight } = await engine.stats('a')
    return ready + inFlight === 0
  })
}

describe(`cuts at random (MILLRACE_SEED=${SEED})`, () => {
  test('every send that is answered is delivered at least once; with a dedup key it is in the queue once; unknown ones are told', async () => {
    const random = numbers(SEED)
    const engine = await openQueues({ path: ':memory:' })
    await engine.create('a')
    const { at } = await serve({}, engine)
    const cable = await Cable.to(at.port)
    const clients = await Promise.all(Array.from({ length: 6 }, () => connected(cable, { retryDelayMs: 2 })))
    const got = new Got()
    const stop = new AbortController()
    const consuming = clients.slice(0, 3).map((client) => consume(client, got, stop.signal))
    const answered: string[] = []
    const unknown: string[] = []
    let isOver = false
    const sending = clients.slice(3).map(async (client, producer) => {
      for (let i = 0; i < (IS_LONG ? 20_000 : 1_500) || cable.accepted <= 20; i += 25) {
        const batch = Array.from({ length: 25 }, (_, j) => `${producer}:${i + j}:${(i + j) % 2 === 0 ? 'key' : 'none'}`)
        await Promise.all(
          batch.map(async (body) => {
            try {
              await client.send('a', body, body.endsWith('key') ? { dedupKey: body } : {})
              answered.push(body)
            } catch (error) {
              expect(error).toMatchObject({ code: 'unknown', bodies: [body] })
              unknown.push(body)
            }
          }),
        )
      }
    })
    const cutting = (async () => {
      while (!isOver) {
        await new Promise((resolve) => setTimeout(resolve, random() * 15))
        cable.cut(() => random() < 0.4)
      }
    })()
    await Promise.all(sending)
    isOver = true
    await cutting
    await drained(engine)
    stop.abort('over')
    await Promise.all(consuming)
    expect(answered.filter((body) => !got.times.has(body))).toEqual([])
    expect(unknown.filter((body) => body.endsWith('key'))).toEqual([])
    const { sent } = await engine.stats('a')
    const mayBe = unknown.filter((body) => got.times.has(body)).length
    expect(sent).toBe(answered.length + mayBe)
  }, 240_000)
})

describe('a thousand connections, of which a tenth is killed every second', () => {
  test('lose no message, leave nothing, and take bounded memory', async () => {
    const count = 1000
    const seconds = IS_LONG ? 60 : 4
    const engine = await openQueues({ path: ':memory:' })
    await engine.create('a')
    const { at, server } = await serve({}, engine)
    const cable = await Cable.to(at.port)
    const random = numbers(SEED)
    const handlesBefore = process.getActiveResourcesInfo().length
    const clients: QueueClient[] = []
    for (let i = 0; i < count; i += 100) {
      clients.push(...(await Promise.all(Array.from({ length: 100 }, () => connected(cable)))))
    }
    const got = new Got()
    const stop = new AbortController()
    const consuming = clients.slice(0, count / 2).map((client) => consume(client, got, stop.signal))
    const sent: string[] = []
    let isOver = false
    const sending = clients.slice(count / 2).map(async (client, producer) => {
      for (let i = 0; !isOver; i++) {
        const body = `${producer}:${i}`
        await client.send('a', body, { dedupKey: body })
        sent.push(body)
        await new Promise((resolve) => setTimeout(resolve, 50 + random() * 100))
      }
    })
    let most = 0
    for (let second = 0; second < seconds; second++) {
      await new Promise((resolve) => setTimeout(resolve, 1000))
      cable.cut(() => random() < 0.1)
      globalThis.gc?.()
      most = Math.max(most, process.memoryUsage().heapUsed)
    }
    isOver = true
    await Promise.all(sending)
    await drained(engine)
    stop.abort('over')
    await Promise.all(consuming)
    expect(sent.filter((body) => !got.times.has(body))).toEqual([])
    expect((await engine.stats('a')).sent).toBe(sent.length)
    expect(clients.filter(({ pending }) => pending > 0)).toEqual([])
    // All that were cut are back, sooner or later.
    await until(() => clients.reduce((sum, { connections }) => sum + connections, 0) > count + count * 0.05 * seconds)
    expect(most).toBeLessThan(512 * 2 ** 20)
    for (let i = 0; i < count; i += 100) await Promise.all(clients.slice(i, i + 100).map((client) => client.close()))
    await until(() => server.stats().connections === 0)
    await until(() => process.getActiveResourcesInfo().length <= handlesBefore)
  }, 480_000)
})
