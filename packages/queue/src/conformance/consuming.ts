import type { Message } from '../api.ts'
import { has, holds, rejection, rejects, same, until } from './check.ts'
import { bodies, counts, lying, mortal, one } from './habits.ts'
import { type Claims, given } from './needs.ts'
import { watchPauses } from './pauses.ts'
import { LONG, SHORT } from './trial.ts'
import { watchedSignal } from './watch.ts'

/** Claims about handlers that work on the messages of a queue. */
export const consuming: Claims = {
  consume: {
    'hands over each message and acknowledges it when its handler is done': async ({ queues }) => {
      await queues.create('a')
      await queues.sendMany('a', bodies('1', '2', '3'))
      const seen: string[] = []
      const consumer = queues.consume('a', (message) => void seen.push(message.text()))
      await until(async () => (await queues.stats('a')).acked === 3)
      await queues.send('a', '4')
      await until(async () => (await queues.stats('a')).acked === 4)
      await consumer.stop()
      same([seen, await counts(queues, 'a'), consumer.running], [['1', '2', '3', '4'], [0, 0, 0], 0])
    },
    'runs as many handlers at a time as it may, never more': async ({ queues }) => {
      await queues.create('a')
      await queues.sendMany('a', bodies('1', '2', '3', '4', '5'))
      const calls = new Map<string, PromiseWithResolvers<void>>()
      const handler = (message: Message) => {
        const call = Promise.withResolvers<void>()
        calls.set(message.text(), call)
        return call.promise
      }
      const consumer = queues.consume('a', handler, { concurrency: 2 })
      for (const [i, body] of ['1', '2', '3', '4', '5'].entries()) {
        await until(() => calls.size === Math.min(i + 2, 5))
        same([consumer.running, (await queues.stats('a')).inFlight], [Math.min(2, 5 - i), Math.min(2, 5 - i)])
        calls.get(body)?.resolve()
        await until(async () => (await queues.stats('a')).acked === i + 1)
      }
      await consumer.stop()
    },
    'keeps the lease as long as the handler runs, however long that is': given('real clock')(
      async ({ queues, pass }) => {
        // Again where this program stood still for so long that it could extend nothing in time.
        for (let longestMs = Number.POSITIVE_INFINITY; longestMs > 500; ) {
          await queues.create('a', { leaseMs: 2_000 })
          await queues.send('a', '1')
          const call = Promise.withResolvers<void>()
          const consumer = queues.consume('a', () => call.promise)
          await until(() => consumer.running === 1)
          const pauses = watchPauses()
          await pass(4_200)
          const { inFlight, delivered, returned } = await queues.stats('a')
          longestMs = pauses.end()
          call.resolve()
          await until(async () => (await queues.stats('a')).acked === 1)
          await consumer.stop()
          if (longestMs <= 500) same([inFlight, delivered, returned], [1, 1, 0])
          await queues.delete('a', { force: true })
        }
      },
    ),
    'gives back what fails, to be tried again after a delay that doubles, until it is dead': given('real clock')(
      async ({ queues }) => {
        await mortal(queues, 3)
        await queues.send('a', 'poison')
        const at: number[] = []
        const told: unknown[] = []
        const torn = new Error('torn')
        const handler = () => {
          at.push(performance.now())
          throw torn
        }
        const consumer = queues.consume('a', handler, {
          retryDelayMs: SHORT,
          onError: (error, message) => void told.push(error === torn, message.text(), message.deliveries),
        })
        await until(async () => (await queues.stats('dead')).ready === 1 && told.length === 9)
        await consumer.stop()
        same(
          told,
          [1, 2, 3].flatMap((deliveries) => [true, 'poison', deliveries]),
        )
        const [first = 0, second = 0, third = 0] = at
        const gaps = [second - first, third - second]
        holds(
          `gaps from ${SHORT} and ${2 * SHORT}, got ${gaps}`,
          (gaps[0] ?? 0) >= SHORT - 2 && (gaps[1] ?? 0) >= 2 * SHORT - 2,
        )
      },
    ),
    'gives a message back before it tells of the error, and ends with what onError throws': async ({ queues }) => {
      await queues.create('a')
      await queues.send('a', '1')
      const torn = new Error('torn')
      const onError = (error: unknown) => {
        throw error
      }
      const consumer = queues.consume('a', () => Promise.reject(torn), { retryDelayMs: LONG, onError })
      await rejects(consumer.done, { reason: torn })
      same([await counts(queues, 'a'), consumer.running], [[0, 1, 0], 0])
    },
    'waits no longer to try again than it is told': async ({ queues, pass }) => {
      await queues.create('a')
      await queues.send('a', '1')
      let calls = 0
      const handler = () => {
        if (calls++ === 0) throw new Error('torn')
      }
      const consumer = queues.consume('a', handler, { retryDelayMs: LONG, maxRetryDelayMs: SHORT })
      await until(async () => (await queues.stats('a')).returned === 1)
      await pass(SHORT)
      await until(async () => (await queues.stats('a')).acked === 1)
      await consumer.stop()
    },
    'tells the handler when the lease was lost, and ends when the queue is gone': async ({ queues }) => {
      await queues.create('a')
      await queues.send('a', '1')
      let reason: unknown
      const handler = (_: Message, { signal }: { readonly signal: AbortSignal }) =>
        new Promise<void>((resolve) => {
          signal.addEventListener('abort', () => {
            reason = signal.reason
            resolve()
          })
        })
      const consumer = queues.consume('a', handler, { leaseMs: 2 * SHORT })
      await until(() => consumer.running === 1)
      await queues.delete('a', { force: true })
      const error = (await rejection(consumer.done)) as { code?: unknown }
      holds(`missing or closed, got ${error.code}`, error.code === 'missing' || error.code === 'closed')
      holds(`an Error, got ${reason}`, reason instanceof Error)
    },
    'works on messages without a lease, too': async ({ queues }) => {
      await queues.create('a', { leaseMs: 0 })
      await queues.send('a', '1')
      const seen: string[] = []
      const consumer = queues.consume('a', (message) => void seen.push(message.text(), message.lease))
      await until(() => seen.length === 2)
      await consumer.stop()
      same([seen, (await queues.stats('a')).acked], [['1', ''], 1])
    },
    'takes nothing from a queue that is paused': async ({ queues, pass }) => {
      await queues.create('a')
      await queues.pause('a')
      await queues.send('a', '1')
      const seen: string[] = []
      const consumer = queues.consume('a', (message) => void seen.push(message.text()))
      await pass(SHORT)
      same(seen, [])
      await queues.resume('a')
      await until(() => seen.length === 1)
      await consumer.stop()
    },
    'ends with its signal, and leaves no listener on it': async ({ queues }) => {
      await queues.create('a')
      const watched = watchedSignal()
      const consumer = queues.consume('a', () => {}, { signal: watched.signal })
      await queues.send('a', '1')
      await until(async () => (await queues.stats('a')).acked === 1)
      watched.abort('enough')
      await consumer.done
      same([watched.listeners, await queues.send('a', '2').then(() => counts(queues, 'a'))], [0, [1, 0, 0]])
      await queues.consume('a', () => {}, { signal: AbortSignal.abort() }).done
      same(await counts(queues, 'a'), [1, 0, 0])
    },
    'of a queue that is not there ends at once': async ({ queues }) => {
      await rejects(queues.consume('b', () => {}).done, { code: 'missing' })
    },
    'throws at once for what is no handler, no count or no option': async ({ queues }) => {
      await queues.create('a')
      const wrong: [string, string, () => unknown][] = [
        ['TypeError', 'handler: expected a function, got 7', () => queues.consume('a', 7 as never)],
        ['TypeError', 'name', () => queues.consume('', () => {})],
        [
          'RangeError',
          'concurrency: expected an integer from 1, got 0',
          () => queues.consume('a', () => {}, { concurrency: 0 }),
        ],
        ['RangeError', 'leaseMs', () => queues.consume('a', () => {}, { leaseMs: 0 })],
        ['RangeError', 'retryDelayMs', () => queues.consume('a', () => {}, { retryDelayMs: -1 })],
        ['TypeError', '"parallel"', () => queues.consume('a', () => {}, { parallel: 2 } as never)],
        ['TypeError', 'signal', () => queues.consume('a', () => {}, { signal: 5 as never })],
      ]
      for (const [name, words, call] of wrong) {
        let thrown: Error | undefined
        try {
          call()
        } catch (error) {
          thrown = error as Error
        }
        holds(`${name} with ${words}, got ${thrown}`, thrown?.name === name && thrown.message.includes(words))
      }
    },
  },
  stop: {
    'waits for what runs, and acknowledges it': async ({ queues }) => {
      await queues.create('a')
      await queues.sendMany('a', bodies('1', '2'))
      const call = Promise.withResolvers<void>()
      const consumer = queues.consume('a', () => call.promise)
      await until(() => consumer.running === 1)
      const stopping = consumer.stop()
      call.resolve()
      await stopping
      same([await counts(queues, 'a'), (await queues.stats('a')).acked], [[1, 0, 0], 1])
    },
    'aborts the signals of what still runs after its time, and gives back at once what fails then': async ({
      queues,
    }) => {
      await queues.create('a')
      await queues.sendMany('a', bodies('1', '2', '3'))
      const aborted: string[] = []
      const handler = (message: Message, { signal }: { readonly signal: AbortSignal }) =>
        new Promise<void>((resolve, reject) => {
          signal.addEventListener('abort', () => {
            aborted.push(message.text())
            if (message.text() === '1') reject(signal.reason)
            else resolve()
          })
        })
      const consumer = queues.consume('a', handler, { concurrency: 2, retryDelayMs: LONG })
      await until(() => consumer.running === 2)
      await consumer.stop({ timeoutMs: SHORT })
      same(
        [aborted.sort(), await lying(queues, 'a')],
        [
          ['1', '2'],
          ['1', '3'],
        ],
      )
      has(await queues.stats('a'), { acked: 1, inFlight: 0, delayed: 0 })
    },
    'is done when it has stopped, whoever calls it and how often': async ({ queues }) => {
      await queues.create('a')
      const consumer = queues.consume('a', () => {}, { concurrency: 3 })
      await Promise.all([consumer.stop(), consumer.stop({ timeoutMs: 0 }), consumer[Symbol.asyncDispose]()])
      await consumer.done
      await queues.send('a', '1')
      same((await one(queues, 'a')).deliveries, 1)
    },
  },
}
