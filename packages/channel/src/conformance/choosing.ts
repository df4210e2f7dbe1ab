import { select } from '../select/select.ts'
import { after } from '../select/timer-and-signal.ts'
import type { Claims } from './api.ts'
import { rejects, same, waits } from './check.ts'

/** Claims about the cases of a channel in a select. */
export const choosing: Claims = {
  select: {
    'receives what is there': async ({ sender, receiver }) => {
      await sender.send('a')
      const { index, kind, value } = await select([receiver.case(), after(10_000)])
      same([index, kind, value, sender.length], [0, 'receive', 'a', 0])
    },
    'waits for a value, and takes just that one': async ({ sender, receiver }) => {
      const selecting = select([receiver.case()])
      same(await waits(selecting), true)
      await sender.sendMany(['a', 'b'])
      same([(await selecting).value, receiver.tryReceive(), receiver.stats().waitingReceivers], ['a', 'b', 0])
    },
    'sends when there is room, and waits for it': async ({ sender, receiver }) => {
      await select([sender.case('a')])
      await sender.send('b')
      const selecting = select([sender.case('c')])
      same(await waits(selecting), true)
      same(receiver.tryReceive(), 'a')
      same([(await selecting).kind, receiver.tryReceive(), receiver.tryReceive()], ['send', 'b', 'c'])
    },
    'leaves the value of a send that lost with the caller, and its place to others': async ({ sender, receiver }) => {
      await sender.sendMany(['a', 'b'])
      same((await select([sender.case('c'), after(0)])).kind, 'timer')
      same(
        [sender.stats().waitingSenders, receiver.tryReceive(), receiver.tryReceive(), receiver.tryReceive()],
        [0, 'a', 'b', undefined],
      )
    },
    'takes nothing with a receive that lost': async ({ sender, receiver }) => {
      same((await select([receiver.case(), after(0)])).kind, 'timer')
      await sender.send('a')
      same([receiver.stats().waitingReceivers, receiver.tryReceive()], [0, 'a'])
    },
    'takes its turn among the receivers': async ({ sender, receiver }) => {
      const first = receiver.receive()
      const second = select([receiver.case()])
      const third = receiver.receive()
      await sender.sendMany(['a', 'b', 'c'])
      same([await first, (await second).value, await third], ['a', 'b', 'c'])
    },
    'sees the end of a closed channel, its error, and a send that comes too late': async ({ sender, receiver }) => {
      const waiting = select([receiver.case()])
      sender.close('burst')
      await rejects(waiting, { reason: 'burst' })
      await rejects(select([receiver.case()]), { reason: 'burst' })
      await rejects(select([sender.case('a')]), { code: 'closed' })
    },
    'gives up with its signal and takes nothing': async ({ sender, receiver }) => {
      const controller = new AbortController()
      const selecting = select([receiver.case()], { signal: controller.signal })
      controller.abort('enough')
      await rejects(selecting, { reason: 'enough' })
      await sender.send('a')
      same(receiver.tryReceive(), 'a')
    },
  },
}
