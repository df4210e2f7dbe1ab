import type { Value } from '@millrace/ring'
import type { Claims } from './api.ts'
import { same, throws, waits } from './check.ts'

/** Claims about sending and receiving while the channel is open, by verb. */
export const whileOpen: Claims = {
  send: {
    'resolves while there is room': async ({ sender }) => {
      await sender.send('a')
      await sender.send('b')
      same([sender.length, sender.free], [2, 0])
    },
    'waits while the channel is full, exactly from capacity on': async ({ sender, receiver }) => {
      await sender.send('a')
      await sender.send('b')
      const third = sender.send('c')
      same(await waits(third), true)
      same(receiver.tryReceive(), 'a')
      await third
    },
    'serves waiting senders in the order they began': async ({ sender, receiver }) => {
      const order: Value[] = []
      const sends = ['a', 'b', 'c', 'd', 'e'].map((value) => sender.send(value).then(() => order.push(value)))
      const got: Value[] = []
      while (got.length < 5) got.push((await receiver.receive()) as Value)
      await Promise.all(sends)
      same(
        [got, order],
        [
          ['a', 'b', 'c', 'd', 'e'],
          ['a', 'b', 'c', 'd', 'e'],
        ],
      )
    },
    'lets no newcomer overtake a waiting sender': async ({ sender, receiver }) => {
      sender.trySend('a')
      sender.trySend('b')
      const waiting = sender.send('c')
      same(receiver.tryReceive(), 'a')
      same(sender.trySend('d'), 'full')
      await waiting
      same([receiver.tryReceive(), receiver.tryReceive(), receiver.tryReceive()], ['b', 'c', undefined])
    },
    'carries null, false, 0, NaN and the empty string': async ({ sender, receiver }) => {
      for (const value of [null, false, 0, Number.NaN, '']) {
        await sender.send(value)
        same(await receiver.receive(), value)
      }
    },
    'throws TypeError for undefined': async ({ sender }) => {
      throws(() => sender.send(undefined as unknown as Value), 'TypeError')
      throws(() => sender.trySend(undefined as unknown as Value), 'TypeError')
      same(sender.length, 0)
    },
  },
  trySend: {
    'answers sent, full or closed and never waits': async ({ sender }) => {
      same([sender.trySend(1), sender.trySend(2), sender.trySend(3)], ['sent', 'sent', 'full'])
      sender.close()
      same(sender.trySend(4), 'closed')
    },
  },
  receive: {
    'takes values in the order they were sent': async ({ sender, receiver }) => {
      await sender.send('a')
      await sender.send('b')
      same([await receiver.receive(), await receiver.receive()], ['a', 'b'])
    },
    'waits while the channel is empty': async ({ sender, receiver }) => {
      const first = receiver.receive()
      same(await waits(first), true)
      await sender.send('a')
      same(await first, 'a')
    },
    'serves waiting receivers in the order they began': async ({ sender, receiver }) => {
      const waiting = [receiver.receive(), receiver.receive(), receiver.receive()]
      for (const value of ['a', 'b', 'c']) await sender.send(value)
      same(await Promise.all(waiting), ['a', 'b', 'c'])
    },
    'lets no newcomer take what a waiting receiver was promised': async ({ sender, receiver }) => {
      const waiting = receiver.receive()
      sender.trySend('a')
      same(receiver.tryReceive(), undefined)
      sender.trySend('b')
      same(receiver.tryReceive(), 'b')
      same(await waiting, 'a')
    },
  },
  tryReceive: {
    'answers undefined while the channel is empty': async ({ receiver }) => same(receiver.tryReceive(), undefined),
    'takes what waiting senders hold, too': async ({ sender, receiver }) => {
      const sends = ['a', 'b', 'c', 'd', 'e'].map((value) => sender.send(value))
      const got: (Value | undefined)[] = []
      for (let value = receiver.tryReceive(); value !== undefined; value = receiver.tryReceive()) got.push(value)
      same(got, ['a', 'b', 'c', 'd', 'e'])
      await Promise.all(sends)
    },
  },
  receiveMany: {
    'takes what is there, at most max': async ({ sender, receiver }) => {
      await sender.send('a')
      await sender.send('b')
      same(await receiver.receiveMany(1), ['a'])
      same(await receiver.receiveMany(9), ['b'])
    },
    'waits until there is one value': async ({ sender, receiver }) => {
      const values = receiver.receiveMany(9)
      same(await waits(values), true)
      await sender.send('a')
      same(await values, ['a'])
    },
    'makes room for waiting senders': async ({ sender, receiver }) => {
      const sends = ['a', 'b', 'c', 'd'].map((value) => sender.send(value))
      same(
        [await receiver.receiveMany(9), await receiver.receiveMany(9)],
        [
          ['a', 'b'],
          ['c', 'd'],
        ],
      )
      await Promise.all(sends)
    },
    'throws RangeError unless max is an integer from 1': async ({ receiver }) => {
      for (const max of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
        throws(() => receiver.receiveMany(max), 'RangeError')
        throws(() => receiver.batches(max), 'RangeError')
      }
    },
  },
  iterate: {
    'ends when the channel is closed and drained': async ({ sender, receiver }) => {
      await sender.send('a')
      await sender.send('b')
      sender.close()
      const got: Value[] = []
      for await (const value of receiver) got.push(value)
      same(got, ['a', 'b'])
    },
    'leaves the channel open on break': async ({ sender, receiver }) => {
      await sender.send('a')
      await sender.send('b')
      for await (const _ of receiver) break
      same([receiver.closed, await receiver.receive()], [false, 'b'])
    },
    'gives batches of what is there': async ({ sender, receiver }) => {
      await sender.send('a')
      await sender.send('b')
      sender.close()
      const got: Value[] = []
      for await (const batch of receiver.batches(5)) got.push(batch)
      same(got, [['a', 'b']])
    },
  },
}
