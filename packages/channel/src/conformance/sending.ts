import type { Value } from '@millrace/ring'
import { cutsShort, rejects, same, throws, waits } from './check.ts'
import { type Claims, given } from './needs.ts'

/** Claims about values that enter while the channel is open. */
export const sending: Claims = {
  send: {
    'resolves while there is room': given('buffers')(async ({ sender, capacity }) => {
      const count = Math.min(capacity, 5)
      for (let sent = 0; sent < count; sent++) await sender.send('a')
      same([sender.length, sender.free, sender.capacity], [count, capacity - count, capacity])
    }),
    'waits while the channel is full, exactly from capacity on': given('waits')(
      async ({ sender, receiver, capacity, fill, take }) => {
        const all = [...fill(), 'x']
        const late = sender.send('x')
        same([await waits(late), sender.length, sender.free], [true, capacity, 0])
        const first = await receiver.receive()
        await late
        same([first, ...(await take(all.length - 1))], all)
      },
    ),
    'serves waiting senders in the order they began': given('waits')(async ({ sender, fill, take }) => {
      const all = [...fill(), 'w', 'x', 'y', 'z']
      const order: string[] = []
      const sends = all.slice(-4).map((value) => sender.send(value).then(() => order.push(value)))
      same(await take(all.length), all)
      await Promise.all(sends)
      same(order, ['w', 'x', 'y', 'z'])
    }),
    'lets no newcomer overtake a waiting sender': given(
      'waits',
      'local',
    )(async ({ sender, receiver, fill }) => {
      const all = [...fill(), 'x']
      const waiting = sender.send('x')
      same([sender.trySend('y'), receiver.tryReceive(), sender.trySend('z')], ['full', all[0], 'full'])
      await waiting
      same([...all.slice(1), undefined], [...all.slice(1).map(() => receiver.tryReceive()), receiver.tryReceive()])
    }),
    'takes null, false, 0, NaN and the empty string, and an object as it is': given('local')(
      async ({ sender, receiver }) => {
        for (const value of [null, false, 0, Number.NaN, '', {}]) {
          const receiving = receiver.receive()
          await sender.send(value)
          same(Object.is(await receiving, value), true)
        }
      },
    ),
    'throws TypeError for undefined, and takes nothing': ({ sender }) => {
      const nothing = undefined as unknown as Value
      throws(() => sender.send(nothing), 'TypeError')
      throws(() => sender.trySend(nothing), 'TypeError')
      throws(() => sender.case(nothing), 'TypeError')
      same(sender.length, 0)
    },
    'throws at once for options that no wait can have': ({ sender, receiver }) => {
      for (const call of [
        (options: never) => sender.send('a', options),
        (options: never) => sender.sendMany([], options),
        (options: never) => receiver.receive(options),
        (options: never) => receiver.receiveMany(1, options),
      ]) {
        throws(() => call(null as never), 'TypeError', 'options: ')
        throws(() => call({ timeoutMs: -1 } as never), 'RangeError', 'timeoutMs: expected 0 or more, got -1')
        throws(() => call({ signal: 5 } as never), 'TypeError', 'signal: expected an AbortSignal, got 5')
        throws(
          () => call({ timeoutMS: 5 } as never),
          'TypeError',
          'timeoutMS: no such option; there are signal, timeoutMs',
        )
      }
      same([sender.length, sender.closed], [0, false])
    },
  },
  trySend: {
    'answers full when the channel is full, and never waits': given('fills')(({ sender, receiver, fill }) => {
      const [first] = fill()
      same([sender.trySend('x'), sender.trySend('y')], ['full', 'full'])
      same(receiver.tryReceive(), first)
    }),
    'answers sent as soon as there is room again': given(
      'fills',
      'buffers',
    )(async ({ sender, fill, take }) => {
      const all = fill()
      same([sender.trySend('x'), ...(await take(1)), sender.trySend('y')], ['full', 'a', 'sent'])
      same(await take(all.length), [...all.slice(1), 'y'])
    }),
    'answers sent however much is there': given('unbounded')(async ({ sender, take }) => {
      const values = Array.from({ length: 5_000 }, (_, index) => `${index}`)
      for (const value of values) same(sender.trySend(value), 'sent')
      same([sender.length, sender.free, sender.capacity], [5_000, sender.capacity, Number.POSITIVE_INFINITY])
      same(await take(values.length), values)
    }),
    'answers closed once the channel is closed, also when it was full': ({ sender, receiver, fill }) => {
      fill()
      receiver.close()
      same(sender.trySend('x'), 'closed')
    },
  },
  sendMany: {
    'sends in order, waiting for room, and resolves with the number': given('lossless')(async ({ sender, take }) => {
      const all = Array.from({ length: 12 }, (_, index) => `${index}`)
      const many = sender.sendMany(all)
      same([await take(12), await many], [all, 12])
    }),
    'sends as much as there is room for without waiting': given('bounded')(async ({ sender, capacity, take }) => {
      const all = Array.from({ length: capacity }, (_, index) => `${index}`)
      same([await sender.sendMany(all), await take(capacity)], [capacity, all])
    }),
    'cut short, tells how many it sent and gives back the rest': given('waits')(
      async ({ sender, receiver, capacity, take }) => {
        const all = Array.from({ length: capacity + 3 }, (_, index) => `${index}`)
        const many = sender.sendMany(all)
        same(await waits(many), true)
        receiver.close()
        const cause = await cutsShort(many, capacity, all.slice(capacity))
        same((cause as { code?: unknown }).code, 'closed')
        same(await take(capacity + 1), [...all.slice(0, capacity), undefined])
      },
    ),
    'cut short by its signal or its timeout, has the reason as cause': given('waits')(
      async ({ sender, capacity, take }) => {
        const all = Array.from({ length: capacity + 2 }, (_, index) => `${index}`)
        const controller = new AbortController()
        const many = sender.sendMany(all, { signal: controller.signal })
        same(await waits(many), true)
        controller.abort('enough')
        same(await cutsShort(many, capacity, all.slice(capacity)), 'enough')
        const cause = await cutsShort(sender.sendMany(['x', 'y'], { timeoutMs: 1 }), 0, ['x', 'y'])
        same((cause as { code?: unknown }).code, 'timeout')
        same(await take(capacity), all.slice(0, capacity))
      },
    ),
    'rejects with the error of its values as it is, and keeps what it sent': given('buffers')(
      async ({ sender, take }) => {
        const reason = new Error('dry')
        function* values(): Generator<string> {
          yield 'a'
          throw reason
        }
        await rejects(sender.sendMany(values()), { reason })
        same(await take(1), ['a'])
      },
    ),
    'throws TypeError for what cannot be iterated': ({ sender }) => {
      throws(() => sender.sendMany(5 as never), 'TypeError', 'values: expected an iterable, got 5')
    },
  },
}
