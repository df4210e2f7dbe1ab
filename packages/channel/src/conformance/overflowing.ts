import { select } from '../select/select.ts'
import { cutsShort, givesBack, same } from './check.ts'
import { type Claims, given } from './needs.ts'

/** Claims about a full channel whose senders do not wait. Each value is received, or `onDrop` is told, or the caller has it back. */
export const overflowing: Claims = {
  'overflow drop-oldest': {
    'makes room for the new value and tells onDrop of the old one': given('drop-oldest')(
      async ({ sender, dropped, fill, take }) => {
        const all = [...fill(), 'x', 'y']
        same(sender.trySend('x'), 'sent')
        await sender.send('y')
        const gone = all.splice(0, 2)
        same([await take(all.length), dropped], [all, gone.map((value) => [value, 'oldest'])])
      },
    ),
    'takes all of a sendMany, and a case of a select': given('drop-oldest')(
      async ({ sender, receiver, capacity, dropped }) => {
        const all = Array.from({ length: 2 * capacity }, (_, index) => `${index}`)
        same([await sender.sendMany(all), (await select([sender.case('x')])).kind], [2 * capacity, 'send'])
        same(await receiver.receiveMany(99), [...all.slice(capacity + 1), 'x'])
        same(dropped.length, capacity + 1)
      },
    ),
    'drops nothing that a waiting receiver was promised': given(
      'drop-oldest',
      'local',
    )(async ({ sender, receiver, dropped, fill, take }) => {
      const waiting = receiver.receive()
      const all = [...fill(), 'x']
      same([sender.trySend('x'), await waiting, dropped], ['sent', all[0], []])
      same(await take(all.length - 1), all.slice(1))
    }),
    'makes room for a reservation, too': given('drop-oldest')(async ({ sender, capacity, dropped, fill, take }) => {
      const all = fill()
      const permits = await sender.reserveMany(capacity)
      same(
        dropped,
        all.map((value) => [value, 'oldest']),
      )
      for (const permit of permits) permit.send('x')
      same(
        await take(capacity),
        all.map(() => 'x'),
      )
    }),
    'drops the new value while permits hold all of the room': given('drop-oldest')(
      async ({ sender, capacity, dropped }) => {
        await sender.reserveMany(capacity)
        same(sender.trySend('x'), 'full')
        await sender.send('y')
        same([sender.length, dropped], [0, [['y', 'newest']]])
      },
    ),
  },
  'overflow drop-newest': {
    'drops what is sent to a full channel and tells onDrop': given('drop-newest')(
      async ({ sender, dropped, fill, take, handOver }) => {
        const all = fill()
        await sender.send('x')
        same(await sender.sendMany(['y', 'z']), 2)
        same((await select([sender.case('w')])).kind, 'send')
        same(
          dropped,
          ['x', 'y', 'z', 'w'].map((value) => [value, 'newest']),
        )
        same(await take(all.length), all)
        await handOver('v')
      },
    ),
    'leaves the value of trySend with the caller': given('drop-newest')(({ sender, dropped, fill }) => {
      fill()
      same([sender.trySend('x'), dropped], ['full', []])
    }),
  },
  'overflow reject': {
    'rejects with FullError, which carries the value': given('reject')(async ({ sender, fill, take, handOver }) => {
      const all = fill()
      await givesBack(sender.send('x'), 'full', 'x')
      await givesBack(select([sender.case('y')]), 'full', 'y')
      same(await take(all.length), all)
      await handOver('z')
    }),
    'cuts a sendMany short': given('reject')(async ({ sender, capacity, take }) => {
      const all = Array.from({ length: capacity + 2 }, (_, index) => `${index}`)
      const cause = await cutsShort(sender.sendMany(all), capacity, all.slice(capacity))
      same((cause as { code?: unknown }).code, 'full')
      same(await take(capacity), all.slice(0, capacity))
    }),
  },
}
