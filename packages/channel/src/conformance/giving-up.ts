import { cutsShort, rejects, same } from './check.ts'
import { type Claims, given } from './needs.ts'

/** Claims about waits that are given up: a value is either delivered or still where it was. */
export const givingUp: Claims = {
  abort: {
    'of a waiting receiver takes nothing and frees its place': async ({ sender, receiver }) => {
      const controller = new AbortController()
      const { signal } = controller
      const [first, many, third] = [
        receiver.receive({ signal }),
        receiver.receiveMany(2, { signal }),
        receiver.receive(),
      ]
      controller.abort('enough')
      await rejects(first, { reason: 'enough' })
      await rejects(many, { reason: 'enough' })
      await sender.send('a')
      same(await third, 'a')
    },
    'of a receiver that was promised a value passes it to the next': given(
      'buffers',
      'local',
    )(async ({ sender, receiver }) => {
      const controller = new AbortController()
      const first = receiver.receive({ signal: controller.signal })
      const second = receiver.receive()
      sender.trySend('a')
      controller.abort('enough')
      await rejects(first, { reason: 'enough' })
      same(await second, 'a')
    }),
    'of a waiting sender leaves the value with the caller and frees its place': given('waits')(
      async ({ sender, fill, take }) => {
        const controller = new AbortController()
        const all = [...fill(), 'y']
        const mine = sender.send('x', { signal: controller.signal })
        const behind = sender.send('y')
        controller.abort('enough')
        await rejects(mine, { reason: 'enough' })
        same(await take(all.length), all)
        await behind
      },
    ),
    'of a sender whose value was admitted comes too late': given(
      'waits',
      'local',
    )(async ({ sender, receiver, fill, take }) => {
      const controller = new AbortController()
      const all = [...fill(), 'x']
      const late = sender.send('x', { signal: controller.signal })
      same(receiver.tryReceive(), all[0])
      controller.abort('enough')
      await late
      same(await take(all.length - 1), all.slice(1))
    }),
    'before the call rejects at once, takes nothing and sends nothing': async ({
      sender,
      receiver,
      dropped,
      fill,
      take,
    }) => {
      const signal = AbortSignal.abort('enough')
      const all = fill()
      await rejects(receiver.receive({ signal }), { reason: 'enough' })
      await rejects(receiver.receiveMany(2, { signal }), { reason: 'enough' })
      await rejects(sender.send('x', { signal }), { reason: 'enough' })
      same(await cutsShort(sender.sendMany(['x', 'y'], { signal }), 0, ['x', 'y']), 'enough')
      same([await take(all.length), receiver.tryReceive(), dropped], [all, undefined, []])
    },
  },
  timeout: {
    'ends a receive with TimeoutError and frees its place': async ({ sender, receiver }) => {
      const short = [receiver.receive({ timeoutMs: 1 }), receiver.receiveMany(2, { timeoutMs: 1 })]
      const patient = receiver.receive({ timeoutMs: 60_000 })
      for (const receiving of short) await rejects(receiving, { code: 'timeout' })
      await sender.send('a')
      same(await patient, 'a')
    },
    'ends a send with TimeoutError and leaves the value with the caller': given('waits')(
      async ({ sender, fill, take }) => {
        const all = [...fill(), 'y']
        const short = sender.send('x', { timeoutMs: 1 })
        const patient = sender.send('y', { timeoutMs: 60_000 })
        await rejects(short, { code: 'timeout' })
        same(await take(all.length), all)
        await patient
      },
    ),
    'of 0 never waits': async ({ sender, receiver, handOver }) => {
      await rejects(receiver.receive({ timeoutMs: 0 }), { code: 'timeout' })
      await rejects(receiver.receiveMany(2, { timeoutMs: 0 }), { code: 'timeout' })
      await handOver('a')
      same(sender.length, 0)
    },
    'is ignored by a call that need not wait': given('buffers')(async ({ sender, receiver }) => {
      await sender.send('a', { timeoutMs: 0 })
      same(await receiver.receive({ timeoutMs: 0 }), 'a')
      await sender.send('b', { timeoutMs: 0 })
      same(await receiver.receiveMany(2, { timeoutMs: 0 }), ['b'])
    }),
  },
}
