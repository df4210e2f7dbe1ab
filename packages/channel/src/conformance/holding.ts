import type { Claims } from './api.ts'
import { rejects, same, throws, waits } from './check.ts'

/** Claims about room that is held, many values at once, references that do not count, and what a channel tells of itself. */
export const holding: Claims = {
  reserve: {
    'holds room that nobody else can take': async ({ sender, receiver }) => {
      const permit = await sender.reserve()
      same([sender.free, sender.length, sender.trySend('a'), sender.trySend('b')], [1, 0, 'sent', 'full'])
      permit.send('c')
      same([receiver.tryReceive(), receiver.tryReceive()], ['a', 'c'])
    },
    'waits its turn among the senders': async ({ sender, receiver }) => {
      await sender.sendMany(['a', 'b'])
      const reserving = sender.reserve()
      const sending = sender.send('d')
      same(await waits(reserving), true)
      same(receiver.tryReceive(), 'a')
      ;(await reserving).send('c')
      same([receiver.tryReceive(), receiver.tryReceive()], ['b', 'c'])
      await sending
      same(receiver.tryReceive(), 'd')
    },
    'is not overtaken by a newcomer who wants less': async ({ sender, receiver }) => {
      await sender.sendMany(['a', 'b'])
      const both = sender.reserveMany(2)
      same(receiver.tryReceive(), 'a')
      const sending = sender.send('d')
      const one = sender.reserve()
      same([sender.trySend('c'), await waits(sending), await waits(one)], ['full', true, true])
      same(receiver.tryReceive(), 'b')
      for (const permit of await both) permit[Symbol.dispose]()
      await sending
      ;(await one)[Symbol.dispose]()
    },
    'gives the room back when its permit is disposed': async ({ sender }) => {
      const permits = await sender.reserveMany(2)
      const sending = sender.send('a')
      same(await waits(sending), true)
      for (const permit of permits) permit[Symbol.dispose]()
      await sending
      same([sender.length, sender.free], [1, 1])
    },
    'lets its permit send after the senders closed, and the receivers wait for it': async ({ sender, receiver }) => {
      const permit = await sender.reserve()
      const receiving = receiver.receive()
      sender.close()
      same(await waits(receiving), true)
      permit.send('a')
      same([await receiving, await receiver.receive()], ['a', undefined])
    },
    'ends the receivers when its last permit is disposed after the close': async ({ sender, receiver }) => {
      const permit = await sender.reserve()
      const receiving = receiver.receive()
      sender.close()
      permit[Symbol.dispose]()
      same(await receiving, undefined)
    },
    'hands the value back when the receiver closed': async ({ sender, receiver }) => {
      const permit = await sender.reserve()
      receiver.close()
      throws(() => permit.send('a'), 'ClosedError')
      await rejects(sender.reserve(), { code: 'closed' })
    },
    'gives its room back when the receiver refused the value, so that those who wait end': async ({
      sender,
      receiver,
    }) => {
      const permit = await sender.reserve()
      receiver.close()
      throws(() => permit.send('a'), 'ClosedError')
      same([sender.stats().reserved, await receiver.receive()], [0, undefined])
    },
    'holds nobody up once the receiver closed, before or after the senders did': async ({ sender, receiver }) => {
      const permit = await sender.reserve()
      await sender.send('a')
      sender.close()
      receiver.close()
      same([await receiver.receive(), await receiver.receive()], ['a', undefined])
      throws(() => permit.send('b'), 'ClosedError')
    },
    'hands the value back when no receiver is left': async ({ sender, receiver }) => {
      const permit = await sender.reserve()
      sender.close()
      receiver[Symbol.dispose]()
      throws(() => permit.send('a'), 'ClosedError')
      same(sender.stats().sent, 0)
    },
    'uses a permit once': async ({ sender }) => {
      const permit = await sender.reserve()
      permit.send('a')
      throws(() => permit.send('b'), 'TypeError')
      permit[Symbol.dispose]()
      same([sender.length, sender.free], [1, 1])
    },
    'frees its place when aborted, for those it held back': async ({ sender, receiver }) => {
      await sender.sendMany(['a', 'b'])
      const controller = new AbortController()
      const both = sender.reserveMany(2, { signal: controller.signal })
      const sending = sender.send('c')
      same(receiver.tryReceive(), 'a')
      same(await waits(sending), true)
      controller.abort('enough')
      await rejects(both, { reason: 'enough' })
      await sending
      same(sender.free, 0)
    },
    'throws RangeError for a count the channel cannot hold': async ({ sender }) => {
      for (const count of [0, 3, 1.5, Number.NaN]) throws(() => sender.reserveMany(count), 'RangeError')
    },
  },
  sendMany: {
    'sends in order, waiting for room, and resolves with the number': async ({ sender, receiver }) => {
      const sending = sender.sendMany(['a', 'b', 'c', 'd', 'e'])
      const got = []
      while (got.length < 5) got.push(await receiver.receive())
      same([got, await sending], [['a', 'b', 'c', 'd', 'e'], 5])
    },
    'cut short, tells how many it sent and gives back the rest': async ({ sender, receiver }) => {
      const sending = sender.sendMany(['a', 'b', 'c', 'd'])
      receiver.close()
      const error = (await rejects(sending, { code: 'cut-short' })) as {
        sent: number
        rest: Iterable<unknown>
        cause: unknown
      }
      same([error.sent, [...error.rest], (error.cause as { code: string }).code], [2, ['c', 'd'], 'closed'])
    },
    'cut short by its signal, has the reason as cause': async ({ sender }) => {
      const controller = new AbortController()
      const sending = sender.sendMany(['a', 'b', 'c'], { signal: controller.signal })
      controller.abort('enough')
      const error = (await rejects(sending, { code: 'cut-short' })) as {
        sent: number
        rest: Iterable<unknown>
        cause: unknown
      }
      same([error.sent, [...error.rest], error.cause], [2, ['c'], 'enough'])
    },
  },
  downgrade: {
    'keeps the channel neither open nor from being used': async ({ sender, receiver }) => {
      const weak = sender.downgrade()
      const strong = weak.upgrade()
      sender[Symbol.dispose]()
      same(strong?.trySend('a'), 'sent')
      strong?.[Symbol.dispose]()
      same([weak.upgrade(), receiver.closed, await receiver.receive()], [undefined, true, 'a'])
    },
  },
  whenClosed: {
    'resolves at the close, at once after it': async ({ sender, receiver }) => {
      const closed = receiver.whenClosed()
      same(await waits(closed), true)
      sender.close(new Error('burst'))
      await closed
      await sender.whenClosed()
    },
  },
  stats: {
    'counts values, endpoints and those who wait': async ({ sender, receiver }) => {
      const second = sender.clone()
      await sender.sendMany(['a', 'b'])
      const sending = second.send('c')
      receiver.tryReceive()
      await sending
      const { length, capacity, free, reserved, senders, receivers, sent, received, dropped } = receiver.stats()
      same([length, capacity, free, reserved, senders, receivers, sent, received, dropped], [2, 2, 0, 0, 2, 1, 3, 1, 0])
      const waiting = sender.send('d')
      same([sender.stats().waitingSenders, sender.stats().waitingReceivers], [1, 0])
      receiver.tryReceive()
      await waiting
    },
  },
  setCapacity: {
    'gives more room to waiting senders at once': async ({ sender }) => {
      const sends = ['a', 'b', 'c', 'd'].map((value) => sender.send(value))
      sender.setCapacity(4)
      await Promise.all(sends)
      same([sender.length, sender.capacity], [4, 4])
    },
    'drops nothing when it shrinks, and holds from then on': async ({ sender, receiver }) => {
      await sender.sendMany(['a', 'b'])
      receiver.setCapacity(1)
      same([sender.free, receiver.tryReceive(), sender.trySend('c')], [0, 'a', 'full'])
      same([receiver.tryReceive(), sender.trySend('d'), sender.trySend('e')], ['b', 'sent', 'full'])
    },
    'rejects a reservation that waits for more than the new capacity, and goes on': async ({ sender, receiver }) => {
      await sender.send('a')
      const both = sender.reserveMany(2)
      const sending = sender.send('b')
      sender.setCapacity(1)
      same(((await both.catch((error: unknown) => error)) as Error).name, 'RangeError')
      same([receiver.tryReceive(), await sending, await receiver.receive()], ['a', undefined, 'b'])
    },
    'throws RangeError unless it is an integer from 1': async ({ sender }) => {
      for (const capacity of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
        throws(() => sender.setCapacity(capacity), 'RangeError')
      }
    },
  },
}
