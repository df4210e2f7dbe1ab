import { select } from '../select/select.ts'
import { after } from '../select/timer-and-signal.ts'
import { rejects, same, waits } from './check.ts'
import { type Claims, given } from './needs.ts'

/** Claims about the cases of a channel in a select. */
export const choosing: Claims = {
  select: {
    'receives what is there': given('buffers')(async ({ receiver, fill, take }) => {
      const all = fill()
      const { index, kind, value } = await select([receiver.case(), after(60_000)])
      same([index, kind, value, await take(all.length - 1)], [0, 'receive', all[0], all.slice(1)])
    }),
    'waits for a value, and takes just that one': async ({ sender, receiver, handOver }) => {
      const selecting = select([receiver.case()])
      same(await waits(selecting), true)
      await sender.send('a')
      same((await selecting).value, 'a')
      await handOver('b')
    },
    'sends when there is room': given('buffers')(async ({ sender, take }) => {
      const { kind } = await select([sender.case('a')])
      same([kind, await take(1)], ['send', ['a']])
    }),
    'sends to a receiver that waits': async ({ sender, receiver }) => {
      const receiving = receiver.receive()
      same([(await select([sender.case('a')])).kind, await receiving], ['send', 'a'])
    },
    'waits for room, and sends just once': given('waits')(async ({ sender, receiver, fill, take, handOver }) => {
      const all = [...fill(), 'x']
      const selecting = select([sender.case('x')])
      same(await waits(selecting), true)
      same(await take(all.length), all)
      same([(await selecting).kind, receiver.tryReceive()], ['send', undefined])
      await handOver('y')
    }),
    'leaves the value of a send that lost with the caller, and its place to others': given('waits')(
      async ({ sender, fill, take }) => {
        const all = [...fill(), 'y']
        const selecting = select([sender.case('x'), after(1)])
        const behind = sender.send('y')
        same([(await selecting).kind, await take(all.length)], ['timer', all])
        await behind
      },
    ),
    'takes nothing with a receive that lost, and leaves its place to others': async ({ sender, receiver }) => {
      const selecting = select([receiver.case(), after(1)])
      const behind = receiver.receive()
      same((await selecting).kind, 'timer')
      await sender.send('a')
      same(await behind, 'a')
    },
    'takes its turn among the receivers': async ({ sender, receiver }) => {
      const [first, second, third] = [receiver.receive(), select([receiver.case()]), receiver.receive()]
      await sender.send('a')
      same(await first, 'a')
      await sender.send('b')
      same((await second).value, 'b')
      await sender.send('c')
      same(await third, 'c')
    },
    'takes its turn among the senders': given('waits')(async ({ sender, fill, take }) => {
      const all = [...fill(), 'x', 'y', 'z']
      const sends = [sender.send('x'), select([sender.case('y')]), sender.send('z')]
      same(await take(all.length), all)
      await Promise.all(sends)
    }),
    'sees the end of a closed channel': async ({ sender, receiver }) => {
      const waiting = select([receiver.case()])
      sender.close()
      same([(await waiting).value, (await select([receiver.case()])).value], [undefined, undefined])
    },
    'sees the error of a closed channel, and a send that comes too late': async ({ sender, receiver }) => {
      const waiting = select([receiver.case()])
      sender.close('burst')
      await rejects(waiting, { reason: 'burst' })
      await rejects(select([receiver.case()]), { reason: 'burst' })
      await rejects(select([sender.case('a')]), { code: 'closed' })
    },
    'gives up with its signal and takes nothing': async ({ receiver, handOver }) => {
      const controller = new AbortController()
      const selecting = select([receiver.case()], { signal: controller.signal })
      controller.abort('enough')
      await rejects(selecting, { reason: 'enough' })
      await handOver('a')
    },
  },
}
