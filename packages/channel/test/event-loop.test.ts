import { AsyncLocalStorage } from 'node:async_hooks'
import { getEventListeners } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { latch, notify, semaphore } from '@millrace/notify'
import { describe, expect, test } from 'vitest'
import { broadcast } from '../src/broadcast.ts'
import { select, turn } from '../src/index.ts'
import { watch } from '../src/watch.ts'
import { channel } from './local.ts'

describe('the event loop', () => {
  test('keeps a 10 ms timer ticking while four producers and four consumers never wait for anything else', async () => {
    const { sender, receiver } = channel<number>({ capacity: 128 })
    const busy = Array.from({ length: 4 }, () => [produce(), consume()]).flat()
    // As many ticks as in half a second, whatever else the machine does; without turns there would be none.
    for (let ticks = 0; ticks < 50; ticks++) await sleep(10)
    sender.close()
    await Promise.all(busy)

    async function produce() {
      while (!sender.closed) await sender.send(1).catch(() => {})
    }
    async function consume() {
      while ((await receiver.receive()) !== undefined);
    }
  })

  const always: Record<string, () => Promise<unknown>> = (() => {
    const full = channel<number>({ capacity: 1, overflow: 'reject' })
    full.sender.trySend(1)
    const closed = channel<number>({ capacity: 1 })
    closed.sender.close()
    const open = channel<number>({ capacity: 4 })
    const drops = channel<number>({ capacity: 1, overflow: 'drop-oldest' })
    const slots = semaphore(1)
    const [door, bell, news, mood] = [latch(), notify(), broadcast<number>({ capacity: 1 }), watch<number>(0)]
    const listener = news.subscribe()
    const left = open.receiver[Symbol.asyncIterator]()
    void left.return?.()
    door.open()
    return {
      'whenClosed of a closed channel': () => closed.sender.whenClosed(),
      'sendMany of nothing': () => open.sender.sendMany([]),
      'an iterator that was left': () => left.next(),
      'sends that reject': () => full.sender.send(2).catch(() => {}),
      'sends after the close': () => closed.sender.send(1).catch(() => {}),
      'receives after the close': () => closed.receiver.receive(),
      'receives with an aborted signal': () => open.receiver.receive({ signal: AbortSignal.abort() }).catch(() => {}),
      reservations: () => open.sender.reserve().then((permit) => permit[Symbol.dispose]()),
      'receives of many': () => {
        open.sender.trySend(1)
        return open.receiver.receiveMany(2)
      },
      iteration: () => {
        open.sender.trySend(1)
        return open.receiver[Symbol.asyncIterator]().next()
      },
      batches: () => {
        open.sender.trySend(1)
        return open.receiver.batches(2)[Symbol.asyncIterator]().next()
      },
      'receives that time out': () => open.receiver.receive({ timeoutMs: 0 }).catch(() => {}),
      'sends that drop': () => drops.sender.send(1),
      'sends of a select': () => select([drops.sender.case(1)]),
      'sendMany to who drops': () => drops.sender.sendMany([1, 2, 3]),
      'selects of ready promises': () => select([Promise.resolve(1)]),
      'permits of a semaphore': () => slots.acquire().then((permit) => permit.release()),
      'an open latch': () => door.wait(),
      'stored wakes': () => {
        bell.notifyOne()
        return bell.wait()
      },
      'broadcast news': () => {
        const waiting = listener.receive()
        news.sender.send(1)
        return waiting
      },
      'changes of a watch': () => {
        mood.sender.send(1)
        return mood.receiver.changed()
      },
    }
  })()

  test.each(Object.entries(always))('keeps turning under %s', async (_, operation) => {
    let turned = false
    setTimeout(() => {
      turned = true
    }, 2)
    const deadline = performance.now() + 30_000
    while (!turned && performance.now() < deadline) await operation()
    expect(turned).toBe(true)
  })

  test('keeps turning while two tasks hand one value back and forth', async () => {
    const [there, back] = [channel<number>({ capacity: 1 }), channel<number>({ capacity: 1 })]
    const echo = (async () => {
      for await (const value of there.receiver) await back.sender.send(value)
    })()
    let turned = false
    setTimeout(() => {
      turned = true
    }, 5)
    while (!turned) {
      await there.sender.send(1)
      await back.receiver.receive()
    }
    there.sender.close()
    await echo
  })
})

describe('turn', () => {
  test('answers a promise about once a millisecond, the same for everybody until the loop has turned', async () => {
    let due = turn()
    const deadline = performance.now() + 30_000
    while (due === undefined && performance.now() < deadline) due = turn()
    expect(due).toBeInstanceOf(Promise)
    expect(turn()).toBe(due)
    await due
    expect(turn()).toBeUndefined()
  })
})

describe('waits', () => {
  test('leave no listener on a signal, however they end', async () => {
    const { sender, receiver } = channel<number>({ capacity: 1 })
    const controller = new AbortController()
    const { signal } = controller
    const receives = Array.from({ length: 5000 }, () => receiver.receive({ signal }))
    for (let value = 0; value < 2500; value++) await sender.send(value, { signal })
    await Promise.all(receives.slice(0, 2500))
    expect(getEventListeners(signal, 'abort')).toHaveLength(2500)
    controller.abort('enough')
    const rest = await Promise.allSettled(receives.slice(2500))
    expect(rest.every(({ status }) => status === 'rejected')).toBe(true)
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
  })

  test('keep the AsyncLocalStorage context of the caller', async () => {
    const context = new AsyncLocalStorage<string>()
    const { sender, receiver } = channel<number>({ capacity: 1 })
    const seen = context.run('receiver', async () => {
      await receiver.receive()
      return context.getStore()
    })
    await context.run('sender', () => sender.send(1))
    expect(await seen).toBe('receiver')
  })

  test('cost no memory once they are over', async () => {
    const { sender, receiver } = channel<number>({ capacity: 4 })
    const rounds = async (count: number) => {
      for (let i = 0; i < count; i++) {
        const waiting = receiver.receive()
        await sender.send(i)
        await waiting
      }
      globalThis.gc?.()
      return process.memoryUsage().heapUsed
    }
    const before = await rounds(10_000)
    expect((await rounds(200_000)) - before).toBeLessThan(1_000_000)
  })
})
