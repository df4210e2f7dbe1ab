import { show } from '@millrace/notify'
import type { Value } from '@millrace/ring'
import { same, throws, waits } from './check.ts'
import { type Claims, given } from './needs.ts'

const NO_COUNTS = [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '1' as never]

/** Claims about values that leave while the channel is open. */
export const receiving: Claims = {
  receive: {
    'takes values in the order they were sent': given('buffers')(async ({ fill, take }) => {
      const all = fill()
      same(await take(all.length), all)
    }),
    'takes values in their order also from those who wait to send': given('lossless')(async ({ sender, take }) => {
      const sends = ['a', 'b', 'c', 'd', 'e'].map((value) => sender.send(value))
      same(await take(5), ['a', 'b', 'c', 'd', 'e'])
      await Promise.all(sends)
    }),
    'waits while the channel is empty': async ({ sender, receiver, handOver }) => {
      const first = receiver.receive()
      same(await waits(first), true)
      await sender.send('a')
      same(await first, 'a')
      await handOver('b')
    },
    'serves waiting receivers in the order they began': async ({ sender, receiver }) => {
      const waiting = [receiver.receive(), receiver.receive(), receiver.receive()]
      for (const [turn, value] of ['a', 'b', 'c'].entries()) {
        await sender.send(value)
        same(await waiting[turn], value)
      }
    },
    'serves waiting receivers in the order they began, also when values come together': given('lossless')(
      async ({ sender, receiver }) => {
        const waiting = [receiver.receive(), receiver.receiveMany(1), receiver.receive()]
        await sender.sendMany(['a', 'b', 'c'])
        same(await Promise.all(waiting), ['a', ['b'], 'c'])
      },
    ),
    'lets no newcomer take what a waiting receiver was promised': given(
      'buffers',
      'local',
    )(async ({ receiver, fill }) => {
      const waiting = receiver.receive()
      const [promised, ...spare] = fill()
      same([...spare.map(() => receiver.tryReceive()), receiver.tryReceive()], [...spare, undefined])
      same(await waiting, promised)
    }),
  },
  tryReceive: {
    'answers undefined while the channel is empty': ({ receiver }) => same(receiver.tryReceive(), undefined),
    'takes the oldest value': given('buffers')(({ receiver, fill }) => {
      const all = fill()
      same(
        all.map(() => receiver.tryReceive()),
        all,
      )
    }),
    'takes what waiting senders hold, too': given(
      'waits',
      'local',
    )(async ({ sender, receiver, fill }) => {
      const all = [...fill(), 'x', 'y', 'z']
      const sends = ['x', 'y', 'z'].map((value) => sender.send(value))
      const got: Value[] = []
      for (let value = receiver.tryReceive(); value !== undefined; value = receiver.tryReceive()) got.push(value)
      same(got, all)
      await Promise.all(sends)
    }),
  },
  receiveMany: {
    'takes what is there': given('buffers')(async ({ receiver, fill }) => {
      const all = fill()
      same(await receiver.receiveMany(99), all)
    }),
    'takes at most max': given('several')(async ({ receiver, fill }) => {
      const [first, ...rest] = fill()
      same([await receiver.receiveMany(1), await receiver.receiveMany(99)], [[first], rest])
    }),
    'waits until there is one value': async ({ sender, receiver }) => {
      const values = receiver.receiveMany(9)
      same(await waits(values), true)
      await sender.send('a')
      same(await values, ['a'])
    },
    'makes room for waiting senders': given('waits')(async ({ sender, receiver, fill }) => {
      const all = [...fill(), 'w', 'x', 'y', 'z']
      const sends = all.slice(-4).map((value) => sender.send(value))
      const got: Value[] = []
      while (got.length < all.length) got.push(...(await receiver.receiveMany(9)))
      same(got, all)
      await Promise.all(sends)
    }),
    'throws RangeError unless max is an integer from 1': ({ receiver }) => {
      for (const max of NO_COUNTS) {
        throws(() => receiver.receiveMany(max), 'RangeError', `max: expected an integer from 1, got ${show(max)}`)
        throws(() => receiver.batches(max), 'RangeError', `max: expected an integer from 1, got ${show(max)}`)
      }
    },
  },
  iterate: {
    'ends when the channel is closed and drained': async ({ sender, receiver, fill }) => {
      const all = fill()
      sender.close()
      same(await collect(receiver), all)
    },
    'gives what is sent while it waits': given('lossless')(async ({ sender, receiver }) => {
      const collecting = collect(receiver)
      await sender.sendMany(['a', 'b', 'c', 'd', 'e'])
      sender.close()
      same(await collecting, ['a', 'b', 'c', 'd', 'e'])
    }),
    'leaves the channel open on break': given('buffers')(async ({ sender, receiver, fill, take, handOver }) => {
      const all = fill()
      for await (const _ of receiver) break
      same([receiver.closed, sender.closed, await take(all.length - 1)], [false, false, all.slice(1)])
      await handOver('x')
    }),
    'gives batches of what is there': given('buffers')(async ({ sender, receiver, fill }) => {
      const all = fill()
      sender.close()
      same(await collect(receiver.batches(99)), [all])
    }),
    'gives batches of at most max': given('several')(async ({ sender, receiver, fill }) => {
      const all = fill()
      sender.close()
      same(
        await collect(receiver.batches(1)),
        all.map((value) => [value]),
      )
    }),
  },
  clone: {
    'of a sender sends to the same channel': given(
      'many senders',
      'lossless',
    )(async ({ sender, take }) => {
      const other = sender.clone()
      const sends = [sender.send('a'), other.send('b'), sender.send('c')]
      same((await take(3)).sort(), ['a', 'b', 'c'])
      await Promise.all(sends)
    }),
    'of a sender has no place of its own: who waits is served in order across clones': given(
      'waits',
      'local',
    )(async ({ sender, fill, take }) => {
      const all = [...fill(), 'w', 'x', 'y', 'z']
      const clones = [sender.clone(), sender, sender.clone(), sender]
      const sends = clones.map((clone, turn) => clone.send(all.at(turn - 4) as string))
      same(await take(all.length), all)
      await Promise.all(sends)
    }),
    'of a receiver takes from the same channel, each value once': given('many receivers')(
      async ({ sender, receiver, cloneReceiver }) => {
        const waiting = [receiver.receive(), cloneReceiver().receive()]
        for (const value of ['a', 'b']) {
          await sender.send(value)
          await Promise.race(waiting)
        }
        same((await Promise.all(waiting)).sort(), ['a', 'b'])
      },
    ),
    'of a receiver has no place of its own: who waits is served in order across clones': given(
      'many receivers',
      'local',
    )(async ({ sender, receiver, cloneReceiver }) => {
      const other = cloneReceiver()
      const waiting = [receiver.receive(), other.receive(), receiver.receive(), other.receive()]
      for (const [turn, value] of ['a', 'b', 'c', 'd'].entries()) {
        await sender.send(value)
        same(await waiting[turn], value)
      }
    }),
    'is not there for the one receiver': given('one receiver')(({ receiver }) => {
      same('clone' in receiver, false)
    }),
  },
}

async function collect<R>(values: AsyncIterable<R>): Promise<R[]> {
  const all: R[] = []
  for await (const value of values) all.push(value)
  return all
}
