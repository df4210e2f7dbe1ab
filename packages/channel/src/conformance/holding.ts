import { show } from '@millrace/notify'
import { rejects, same, throws, waits } from './check.ts'
import { type Claims, given } from './needs.ts'

/** Claims about room that is held. */
export const holding: Claims = {
  reserve: {
    'holds room that nobody else can take': given(
      'many senders',
      'bounded',
    )(async ({ sender, capacity, take }) => {
      const permits = await sender.reserveMany(capacity)
      same([permits.length, sender.free, sender.length, sender.trySend('x')], [capacity, 0, 0, 'full'])
      for (const permit of permits) permit.send('a')
      same((await take(capacity)).length, capacity)
    }),
    'leaves the other room to others': given(
      'many senders',
      'several',
    )(async ({ sender, take }) => {
      const permit = await sender.reserve()
      same(sender.trySend('a'), 'sent')
      permit.send('b')
      same(await take(2), ['a', 'b'])
    }),
    'waits its turn among the senders': given(
      'many senders',
      'waits',
      'buffers',
    )(async ({ sender, fill, take }) => {
      const all = fill()
      const reserving = sender.reserve()
      const behind = sender.send('y')
      same(await waits(reserving), true)
      same(await take(1), all.slice(0, 1))
      ;(await reserving).send('x')
      same(await take(all.length + 1), [...all.slice(1), 'x', 'y'])
      await behind
    }),
    'is not overtaken by a newcomer who wants less': given(
      'waits',
      'several',
      'local',
    )(async ({ sender, receiver, fill }) => {
      const all = fill()
      const both = sender.reserveMany(2)
      same(receiver.tryReceive(), all[0])
      const [sends, one] = [sender.send('y'), sender.reserve()]
      same([sender.trySend('x'), await waits(sends), await waits(one)], ['full', true, true])
      same(receiver.tryReceive(), all[1])
      for (const permit of await both) permit[Symbol.dispose]()
      await sends
      ;(await one)[Symbol.dispose]()
    }),
    'gives the room back when its permit is disposed': given(
      'many senders',
      'waits',
      'buffers',
    )(async ({ sender, capacity, take }) => {
      const permits = await sender.reserveMany(capacity)
      const sends = sender.send('a')
      same(await waits(sends), true)
      for (const permit of permits) permit[Symbol.dispose]()
      await sends
      same([sender.length, sender.free, await take(1)], [1, capacity - 1, ['a']])
    }),
    'lets its permit send after the senders closed, and the receivers wait for it': given(
      'many senders',
      'buffers',
    )(async ({ sender, receiver }) => {
      const permit = await sender.reserve()
      const receiving = receiver.receive()
      sender.close()
      same(await waits(receiving), true)
      permit.send('a')
      same([await receiving, await receiver.receive()], ['a', undefined])
    }),
    'ends the receivers when its last permit is disposed after the close': given(
      'many senders',
      'buffers',
    )(async ({ sender, receiver }) => {
      const permit = await sender.reserve()
      const receiving = receiver.receive()
      sender.close()
      permit[Symbol.dispose]()
      same(await receiving, undefined)
    }),
    'hands the value back when the receiver closed, and its room, so that those who wait end': given(
      'many senders',
      'buffers',
    )(async ({ sender, receiver }) => {
      const permit = await sender.reserve()
      receiver.close()
      throws(() => permit.send('a'), 'ClosedError')
      await rejects(sender.reserve(), { code: 'closed' })
      same([sender.stats().reserved, await receiver.receive()], [0, undefined])
    }),
    'holds nobody up once the receiver closed, before or after the senders did': given(
      'many senders',
      'several',
    )(async ({ sender, receiver, take }) => {
      const permit = await sender.reserve()
      await sender.send('a')
      sender.close()
      receiver.close()
      same(await take(2), ['a', undefined])
      throws(() => permit.send('b'), 'ClosedError')
    }),
    'hands the value back when no receiver is left': given(
      'many senders',
      'buffers',
    )(async ({ sender, receiver, dropped }) => {
      const permit = await sender.reserve()
      sender.close()
      receiver[Symbol.dispose]()
      throws(() => permit.send('a'), 'ClosedError')
      same([sender.stats().sent, dropped], [0, []])
    }),
    'uses a permit once': given(
      'many senders',
      'buffers',
    )(async ({ sender, take, receiver }) => {
      const permit = await sender.reserve()
      permit.send('a')
      throws(() => permit.send('b'), 'TypeError', 'this permit was used or disposed')
      permit[Symbol.dispose]()
      same([sender.length, await take(1), receiver.tryReceive()], [1, ['a'], undefined])
    }),
    'frees its place when aborted, for those it held back': given(
      'many senders',
      'waits',
      'several',
    )(async ({ sender, capacity, fill, take }) => {
      const all = [...fill(), 'x']
      const controller = new AbortController()
      const whole = sender.reserveMany(capacity, { signal: controller.signal })
      const sends = sender.send('x')
      same(await take(1), all.slice(0, 1))
      same(await waits(sends), true)
      controller.abort('enough')
      await rejects(whole, { reason: 'enough' })
      await sends
      same([sender.free, await take(capacity)], [0, all.slice(1)])
    }),
    'ends with TimeoutError, and rejects at once with an aborted signal': given(
      'many senders',
      'waits',
      'buffers',
    )(async ({ sender, fill, handOver, take }) => {
      const all = fill()
      await rejects(sender.reserve({ timeoutMs: 1 }), { code: 'timeout' })
      await rejects(sender.reserve({ signal: AbortSignal.abort('enough') }), { reason: 'enough' })
      throws(() => sender.reserve({ timeoutMS: 1 } as never), 'TypeError', 'timeoutMS: no such option')
      same(await take(all.length), all)
      await handOver('x')
    }),
    'waiting at the close rejects with ClosedError': given(
      'many senders',
      'waits',
      'buffers',
    )(async ({ sender, receiver, fill }) => {
      fill()
      const reserving = sender.reserve()
      receiver.close()
      await rejects(reserving, { code: 'closed' })
    }),
    'throws RangeError for a count the channel cannot hold': given('buffers')(({ sender, capacity }) => {
      for (const count of [0, -1, 1.5, Number.NaN, capacity + 1]) {
        throws(() => sender.reserveMany(count), 'RangeError', `got ${show(count)}`)
      }
      same(sender.stats().reserved, 0)
    }),
    'throws TypeError on a rendezvous, which has no room to hold': given('rendezvous')(({ sender }) => {
      throws(() => sender.reserve(), 'TypeError', 'reserve: a rendezvous has no room to hold')
    }),
  },
}
