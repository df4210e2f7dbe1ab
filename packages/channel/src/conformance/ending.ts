import { select } from '../select/select.ts'
import type { Claims } from './api.ts'
import { rejects, same, throws } from './check.ts'

/** Claims about the two ends of a channel's life, and about waits that are given up. */
export const ending: Claims = {
  close: {
    'delivers values sent before it, then resolves undefined': async ({ sender, receiver }) => {
      await sender.send('a')
      sender.close()
      same([await receiver.receive(), await receiver.receive(), receiver.tryReceive()], ['a', undefined, undefined])
      same(await receiver.receiveMany(2), [])
    },
    'rejects later sends with ClosedError that carries the value': async ({ sender }) => {
      sender.close()
      same(((await rejects(sender.send('a'), { code: 'closed' })) as { value: unknown }).value, 'a')
    },
    'rejects waiting senders with ClosedError that carries the value': async ({ sender, receiver }) => {
      const sends = ['a', 'b', 'c'].map((value) => sender.send(value))
      receiver.close()
      await Promise.all(sends.slice(0, 2))
      same(((await rejects(sends[2] as Promise<void>, { code: 'closed' })) as { value: unknown }).value, 'c')
      same([await receiver.receive(), await receiver.receive(), await receiver.receive()], ['a', 'b', undefined])
    },
    'ends every waiting receiver': async ({ sender, receiver }) => {
      const waiting = [receiver.receive(), receiver.receiveMany(3), receiver.receive()]
      sender.trySend('a')
      sender.close()
      same(await Promise.all(waiting), ['a', [], undefined])
    },
    'gives receivers its error after what was sent before': async ({ sender, receiver }) => {
      const reason = new Error('burst')
      await sender.send('a')
      sender.close(reason)
      same(await receiver.receive(), 'a')
      await rejects(receiver.receive(), { reason })
      await rejects(receiver.receiveMany(2), { reason })
      throws(() => receiver.tryReceive(), 'Error')
    },
    'gives its error to a receiver that waits': async ({ sender, receiver }) => {
      const waiting = receiver.receive()
      sender.close('burst')
      await rejects(waiting, { reason: 'burst' })
    },
    'counts once: a second close changes nothing': async ({ sender, receiver }) => {
      sender.close('first')
      sender.close('second')
      receiver.close()
      await rejects(receiver.receive(), { reason: 'first' })
    },
  },
  dispose: {
    'closes the channel with the last sender, not before': async ({ sender, receiver }) => {
      const second = sender.clone()
      sender[Symbol.dispose]()
      sender[Symbol.dispose]()
      same([sender.closed, receiver.closed, sender.trySend('a')], [true, false, 'closed'])
      await second.send('b')
      second[Symbol.dispose]()
      same([await receiver.receive(), await receiver.receive()], ['b', undefined])
    },
    'of the receiver gives senders ClosedError with the value': async ({ sender, receiver }) => {
      const sends = ['a', 'b', 'c'].map((value) => sender.send(value))
      receiver[Symbol.dispose]()
      same(((await rejects(sends[2] as Promise<void>, { code: 'closed' })) as { value: unknown }).value, 'c')
      same([sender.trySend('d'), await receiver.receive()], ['closed', undefined])
    },
    'ends the waits of its endpoint, and of no other': async ({ sender, receiver }) => {
      const [other, waiting] = [sender.clone(), receiver.receive()]
      await sender.sendMany(['a', 'b', 'c'].slice(0, 2))
      await sender.send('c')
      const [mine, theirs] = [sender.send('d'), other.send('e')]
      sender[Symbol.dispose]()
      await rejects(mine, { code: 'closed' })
      same([await waiting, await receiver.receive(), await receiver.receive()], ['a', 'b', 'c'])
      await theirs
      same(await receiver.receive(), 'e')
    },
    'leaves nothing that the endpoint could still do to the channel': async ({ sender, receiver }) => {
      const other = sender.clone()
      const late = sender.case('b')
      sender[Symbol.dispose]()
      sender.close()
      same([other.closed, other.trySend('a'), sender.trySend('b')], [false, 'sent', 'closed'])
      await rejects(sender.send('b'), { code: 'closed' })
      await rejects(select([late]), { code: 'closed' })
      receiver[Symbol.dispose]()
      same([await receiver.receive(), await receiver.receiveMany(2), receiver.tryReceive()], [undefined, [], undefined])
    },
    'makes a later clone throw TypeError': async ({ sender }) => {
      sender[Symbol.dispose]()
      throws(() => sender.clone(), 'TypeError')
    },
  },
  abort: {
    'of a waiting receiver takes nothing and frees its place': async ({ sender, receiver }) => {
      const controller = new AbortController()
      const first = receiver.receive({ signal: controller.signal })
      const second = receiver.receive()
      controller.abort('enough')
      await rejects(first, { reason: 'enough' })
      await sender.send('a')
      same(await second, 'a')
    },
    'of a receiver that was promised a value passes it to the next': async ({ sender, receiver }) => {
      const controller = new AbortController()
      const first = receiver.receive({ signal: controller.signal })
      const second = receiver.receive()
      sender.trySend('a')
      controller.abort('enough')
      await rejects(first, { reason: 'enough' })
      same(await second, 'a')
    },
    'of a waiting sender leaves the value with the caller': async ({ sender, receiver }) => {
      const controller = new AbortController()
      await sender.send('a')
      await sender.send('b')
      const third = sender.send('c', { signal: controller.signal })
      const fourth = sender.send('d')
      controller.abort('enough')
      await rejects(third, { reason: 'enough' })
      same([await receiver.receive(), await receiver.receive(), await receiver.receive()], ['a', 'b', 'd'])
      await fourth
    },
    'of a sender whose value was admitted comes too late': async ({ sender, receiver }) => {
      const controller = new AbortController()
      await sender.send('a')
      await sender.send('b')
      const third = sender.send('c', { signal: controller.signal })
      same(receiver.tryReceive(), 'a')
      controller.abort('enough')
      await third
      same([receiver.tryReceive(), receiver.tryReceive()], ['b', 'c'])
    },
    'before the call rejects at once and takes nothing': async ({ sender, receiver }) => {
      const signal = AbortSignal.abort('enough')
      await sender.send('a')
      await rejects(receiver.receive({ signal }), { reason: 'enough' })
      await rejects(receiver.receiveMany(2, { signal }), { reason: 'enough' })
      await rejects(sender.send('b', { signal }), { reason: 'enough' })
      same(sender.length, 1)
    },
  },
  timeout: {
    'ends a wait with TimeoutError, on either side': async ({ sender, receiver }) => {
      await rejects(receiver.receive({ timeoutMs: 1 }), { code: 'timeout' })
      await sender.send('a')
      await sender.send('b')
      await rejects(sender.send('c', { timeoutMs: 0 }), { code: 'timeout' })
      same([receiver.tryReceive(), receiver.tryReceive(), receiver.tryReceive()], ['a', 'b', undefined])
    },
    'is ignored by a call that need not wait': async ({ sender, receiver }) => {
      await sender.send('a', { timeoutMs: 0 })
      same(await receiver.receive({ timeoutMs: 0 }), 'a')
    },
  },
}
