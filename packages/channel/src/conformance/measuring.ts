import { show } from '@millrace/notify'
import { rejects, same, throws, waits } from './check.ts'
import { type Claims, given } from './needs.ts'

/** Claims about what a channel tells of itself, about room that changes, and about the kind that has none. */
export const measuring: Claims = {
  stats: {
    'count values and endpoints': given(
      'many senders',
      'bounded',
    )(async ({ sender, receiver, capacity, fill, take }) => {
      const other = sender.clone()
      const all = fill()
      await take(1)
      await other.send('x')
      const { length, free, reserved, senders, receivers, sent, received, dropped, ...rest } = receiver.stats()
      same([length, rest.capacity, free, reserved], [capacity, capacity, 0, 0])
      same([senders, receivers, sent, received, dropped], [2, 1, all.length + 1, 1, 0])
      other[Symbol.dispose]()
      same(sender.stats().senders, 1)
    }),
    'count what permits hold': given(
      'many senders',
      'bounded',
    )(async ({ sender, capacity }) => {
      const [permit] = await sender.reserveMany(capacity)
      same([sender.stats().reserved, sender.stats().free, sender.free], [capacity, 0, 0])
      permit?.[Symbol.dispose]()
      same([sender.stats().reserved, sender.stats().free, sender.free], [capacity - 1, 1, 1])
    }),
    'count what is dropped': given('drop-oldest')(async ({ sender, fill }) => {
      const all = fill()
      await sender.send('x')
      const { length, sent, received, dropped } = sender.stats()
      same([length, sent, received, dropped], [all.length, all.length + 1, 0, 1])
    }),
    'count those who wait for a value': given('local')(async ({ sender, receiver }) => {
      const waiting = [receiver.receive(), receiver.receiveMany(2)]
      same([sender.stats().waitingSenders, sender.stats().waitingReceivers], [0, 2])
      sender.close()
      await Promise.all(waiting)
      same(sender.stats().waitingReceivers, 0)
    }),
    'count those who wait for room': given(
      'waits',
      'local',
    )(async ({ sender, receiver, fill, take }) => {
      const all = [...fill(), 'x', 'y']
      const waiting = [sender.send('x'), sender.send('y')]
      same([receiver.stats().waitingSenders, receiver.stats().waitingReceivers], [2, 0])
      await take(all.length)
      await Promise.all(waiting)
      same(receiver.stats().waitingSenders, 0)
    }),
  },
  setCapacity: {
    'gives more room to waiting senders at once': given(
      'waits',
      'bounded',
      'local',
    )(async ({ sender, capacity, fill, take }) => {
      const all = [...fill(), 'x', 'y']
      const sends = [sender.send('x'), sender.send('y')]
      sender.setCapacity(capacity + 2)
      await Promise.all(sends)
      same([sender.length, sender.capacity, sender.free], [capacity + 2, capacity + 2, 0])
      same(await take(all.length), all)
    }),
    'drops nothing when it shrinks, and holds from then on': given(
      'fills',
      'bounded',
      'several',
      'local',
    )(({ sender, receiver, fill }) => {
      const all = fill()
      receiver.setCapacity(1)
      for (const value of all) same([sender.free, sender.trySend('x'), receiver.tryReceive()], [0, 'full', value])
      same([sender.trySend('x'), sender.trySend('y')], ['sent', 'full'])
    }),
    'shrinks, where the oldest are dropped, with the next value': given(
      'drop-oldest',
      'several',
      'local',
    )(async ({ sender, receiver, dropped, fill }) => {
      const all = fill()
      sender.setCapacity(1)
      same([sender.length, dropped], [all.length, []])
      await sender.send('x')
      same([dropped.length, await receiver.receiveMany(99)], [all.length, ['x']])
    }),
    'rejects a reservation that waits for more than the new capacity, and goes on': given(
      'waits',
      'bounded',
      'several',
      'local',
    )(async ({ sender, capacity, fill, take }) => {
      const all = [...fill(), 'x']
      const whole = sender.reserveMany(capacity)
      const sends = sender.send('x')
      sender.setCapacity(capacity - 1)
      const outcome = await whole.catch((error: unknown) => error)
      same((outcome as Error).name, 'RangeError')
      same(await take(all.length), all)
      await sends
    }),
    'throws RangeError unless it is an integer from 1': given(
      'bounded',
      'local',
    )(({ sender, capacity }) => {
      for (const wrong of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
        throws(() => sender.setCapacity(wrong), 'RangeError', `got ${show(wrong)}`)
      }
      same(sender.capacity, capacity)
    }),
    'throws RangeError on a rendezvous': given('rendezvous')(({ sender, receiver }) => {
      throws(() => sender.setCapacity(1), 'RangeError', 'a rendezvous has none to change')
      throws(() => receiver.setCapacity(1), 'RangeError', 'a rendezvous has none to change')
    }),
    'throws RangeError on an unbounded channel': given('unbounded')(({ sender, receiver }) => {
      throws(() => sender.setCapacity(1), 'RangeError', 'an unbounded channel has none to change')
      throws(() => receiver.setCapacity(1), 'RangeError', 'an unbounded channel has none to change')
    }),
  },
  'a rendezvous': {
    'completes a send when its value is received, not before': given(
      'rendezvous',
      'waits',
    )(async ({ sender, receiver, take }) => {
      const sends = sender.send('a')
      same([await waits(sends), sender.length, receiver.length], [true, 0, 0])
      same(await take(1), ['a'])
      await sends
    }),
    'hands over to whoever waits, in order, and keeps nothing': given('rendezvous')(async ({ sender, receiver }) => {
      const waiting = [receiver.receive(), receiver.receive()]
      same([sender.trySend('a'), sender.trySend('b'), sender.trySend('c')], ['sent', 'sent', 'full'])
      same([await Promise.all(waiting), sender.length, receiver.tryReceive()], [['a', 'b'], 0, undefined])
    }),
    'gives a value to nobody when the receiver gives up first': given('rendezvous')(async ({ sender, receiver }) => {
      const controller = new AbortController()
      const waiting = receiver.receive({ signal: controller.signal })
      controller.abort('enough')
      await rejects(waiting, { reason: 'enough' })
      same([sender.trySend('a'), sender.length], ['full', 0])
    }),
    'takes as many as wait, at most max': given(
      'rendezvous',
      'waits',
    )(async ({ sender, receiver }) => {
      const sends = ['a', 'b', 'c'].map((value) => sender.send(value))
      same([await receiver.receiveMany(2), await receiver.receiveMany(2)], [['a', 'b'], ['c']])
      await Promise.all(sends)
    }),
  },
}
