import { select } from '../select/select.ts'
import { givesBack, rejects, same, throws, waits } from './check.ts'
import { type Claims, given } from './needs.ts'

/** Claims about the end of a channel: closed by a call, or with the last endpoint of a side. */
export const ending: Claims = {
  close: {
    'delivers values sent before it, then resolves undefined': async ({ sender, receiver, fill, take }) => {
      const all = fill()
      sender.close()
      same(await take(all.length), all)
      same([await receiver.receive(), receiver.tryReceive(), await receiver.receiveMany(2)], [undefined, undefined, []])
    },
    'of the receiver leaves what is queued to be received': async ({ receiver, fill, take }) => {
      const all = fill()
      receiver.close()
      same(await take(all.length + 1), [...all, undefined])
    },
    'rejects later sends with ClosedError that carries the value': async ({ sender }) => {
      sender.close()
      await givesBack(sender.send('a'), 'closed', 'a')
      await givesBack(select([sender.case('b')]), 'closed', 'b')
    },
    'rejects waiting senders with ClosedError that carries the value': given('waits')(
      async ({ sender, fill, take }) => {
        const all = fill()
        const [first, second] = [sender.send('x'), sender.send('y')]
        sender.close()
        await givesBack(first, 'closed', 'x')
        await givesBack(second, 'closed', 'y')
        same(await take(all.length + 1), [...all, undefined])
      },
    ),
    'ends every waiting receiver': async ({ sender, receiver }) => {
      const waiting = [receiver.receive(), receiver.receiveMany(3), receiver.receive()]
      sender.trySend('a')
      sender.close()
      same(await Promise.all(waiting), ['a', [], undefined])
    },
    'gives receivers its error after what was sent before': async ({ sender, receiver, fill, take }) => {
      const reason = new Error('burst')
      const all = fill()
      sender.close(reason)
      same(await take(all.length), all)
      await rejects(receiver.receive(), { reason })
      await rejects(receiver.receiveMany(2), { reason })
      throws(() => receiver.tryReceive(), 'Error', 'burst')
      await rejects(receiver[Symbol.asyncIterator]().next(), { reason })
    },
    'gives its error to receivers that wait': async ({ sender, receiver }) => {
      const [one, many] = [receiver.receive(), receiver.receiveMany(2)]
      sender.close('burst')
      await rejects(one, { reason: 'burst' })
      await rejects(many, { reason: 'burst' })
    },
    'counts once: a second close changes nothing': async ({ sender, receiver }) => {
      sender.close('first')
      sender.close('second')
      receiver.close()
      await rejects(receiver.receive(), { reason: 'first' })
    },
  },
  whenClosed: {
    'resolves at the close, at once after it, and never rejects': async ({ sender, receiver }) => {
      const closed = [receiver.whenClosed(), sender.whenClosed()]
      same([await waits(Promise.race(closed)), sender.closed, receiver.closed], [true, false, false])
      sender.close(new Error('burst'))
      await Promise.all([...closed, receiver.whenClosed(), sender.whenClosed()])
      same([sender.closed, receiver.closed], [true, true])
    },
  },
  dispose: {
    'closes the channel with the last sender, not before': given('many senders')(async ({ sender, receiver }) => {
      const second = sender.clone()
      sender[Symbol.dispose]()
      sender[Symbol.dispose]()
      same([sender.closed, receiver.closed, sender.trySend('a')], [true, false, 'closed'])
      const receiving = receiver.receive()
      await second.send('b')
      second[Symbol.dispose]()
      same([await receiving, await receiver.receive()], ['b', undefined])
    }),
    'closes the channel with the one receiver': given('one receiver')(async ({ sender, receiver }) => {
      receiver[Symbol.dispose]()
      await givesBack(sender.send('a'), 'closed', 'a')
      same([sender.trySend('b'), sender.closed, await receiver.receive()], ['closed', true, undefined])
    }),
    'closes the channel with the last receiver, not before': given('many receivers')(
      async ({ sender, receiver, cloneReceiver }) => {
        const second = cloneReceiver()
        receiver[Symbol.dispose]()
        const receiving = second.receive()
        await sender.send('a')
        same([await receiving, sender.closed, receiver.closed], ['a', false, true])
        second[Symbol.dispose]()
        await givesBack(sender.send('b'), 'closed', 'b')
      },
    ),
    'of the last receiver gives waiting senders ClosedError with the value': given('waits')(
      async ({ sender, receiver, fill }) => {
        fill()
        const [first, second] = [sender.send('x'), sender.send('y')]
        receiver[Symbol.dispose]()
        await givesBack(first, 'closed', 'x')
        await givesBack(second, 'closed', 'y')
      },
    ),
    'of the last receiver tells onDrop what nobody is left to receive': given('buffers')(
      async ({ sender, receiver, dropped, fill }) => {
        const all = fill()
        receiver[Symbol.dispose]()
        same([dropped, sender.length], [all.map((value) => [value, 'closed']), 0])
        await givesBack(sender.send('x'), 'closed', 'x')
      },
    ),
    'ends the sends of its endpoint as on a closed channel, and of no other': given(
      'many senders',
      'waits',
    )(async ({ sender, fill, take }) => {
      const other = sender.clone()
      const all = [...fill(), 'y']
      const [mine, theirs] = [sender.send('x'), other.send('y')]
      sender[Symbol.dispose]()
      await givesBack(mine, 'closed', 'x')
      same(await take(all.length), all)
      await theirs
    }),
    'gives room that a reservation of its endpoint waited for to those behind it': given(
      'many senders',
      'waits',
      'several',
    )(async ({ sender, capacity, fill, take }) => {
      const other = sender.clone()
      const all = [...fill(), 'x']
      const [whole, behind] = [sender.reserveMany(capacity), other.send('x')]
      same(await take(1), all.slice(0, 1))
      same(await waits(behind), true)
      sender[Symbol.dispose]()
      await rejects(whole, { code: 'closed' })
      await behind
      same(await take(capacity), all.slice(1))
    }),
    'ends the receives of its endpoint as on a closed channel, and of no other': given('many receivers')(
      async ({ sender, receiver, cloneReceiver }) => {
        const [mine, many, theirs] = [receiver.receive(), receiver.receiveMany(2), cloneReceiver().receive()]
        receiver[Symbol.dispose]()
        same([await mine, await many], [undefined, []])
        await sender.send('a')
        same(await theirs, 'a')
      },
    ),
    'leaves nothing that the endpoint could still do to the channel': given('many senders')(
      async ({ sender, receiver }) => {
        const [other, late, receiving] = [sender.clone(), sender.case('b'), receiver.receive()]
        sender[Symbol.dispose]()
        sender.close()
        same([other.closed, other.trySend('a'), await receiving, sender.trySend('b')], [false, 'sent', 'a', 'closed'])
        await givesBack(sender.send('b'), 'closed', 'b')
        await givesBack(select([late]), 'closed', 'b')
        const never = receiver.case()
        receiver[Symbol.dispose]()
        same(
          [await receiver.receive(), await receiver.receiveMany(2), receiver.tryReceive()],
          [undefined, [], undefined],
        )
        same((await select([never])).value, undefined)
      },
    ),
    'makes what needs an endpoint throw TypeError later': ({ sender, receiver }) => {
      sender[Symbol.dispose]()
      throws(() => sender.clone(), 'TypeError', 'clone: this sender was disposed')
      throws(() => sender.downgrade(), 'TypeError', 'downgrade: this sender was disposed')
      throws(() => sender.case('a'), 'TypeError', 'case: this sender was disposed')
      receiver[Symbol.dispose]()
      throws(() => receiver.case(), 'TypeError', 'case: this receiver was disposed')
    },
    'makes a later clone of a receiver throw TypeError': given('many receivers')(({ receiver, cloneReceiver }) => {
      receiver[Symbol.dispose]()
      throws(cloneReceiver, 'TypeError', 'clone: this receiver was disposed')
    }),
    'makes a later setCapacity throw TypeError': given('local')(({ sender, receiver }) => {
      sender[Symbol.dispose]()
      throws(() => sender.setCapacity(1), 'TypeError', 'setCapacity: this sender was disposed')
      receiver[Symbol.dispose]()
      throws(() => receiver.setCapacity(1), 'TypeError', 'setCapacity: this receiver was disposed')
    }),
  },
  downgrade: {
    'keeps the channel neither open nor from being used': given('many senders')(async ({ sender, receiver }) => {
      const weak = sender.downgrade()
      const [strong, receiving] = [weak.upgrade(), receiver.receive()]
      sender[Symbol.dispose]()
      same([receiver.closed, strong?.trySend('a'), await receiving], [false, 'sent', 'a'])
      strong?.[Symbol.dispose]()
      same([weak.upgrade(), receiver.closed, await receiver.receive()], [undefined, true, undefined])
    }),
  },
}
