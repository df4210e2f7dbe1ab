import { oneLine } from '@millrace/command'
import { confirmed } from '../confirm.ts'
import { counted } from '../figures.ts'
import { EXIT, type Verb } from '../verb.ts'

/** `millrace-queue delete`. */
export const deleteQueue: Verb = {
  name: 'delete',
  takes: '<queue>',
  summary: 'Deletes a queue, and the messages in it',
  options: [
    { name: 'yes', short: 'y', help: 'do not ask whether its messages are to be lost' },
    { name: 'force', help: 'also while messages are leased' },
  ],
  more: '',
  prepare(args) {
    const [name = ''] = args.exactly('the name of a queue')
    const isAgreed = args.flag('yes')
    const force = args.flag('force')
    return async (context) => {
      const { engine, output } = context
      const { ready, delayed, inFlight } = await engine.stats(name)
      const messages = ready + delayed + inFlight
      const question = `delete ${oneLine(name)} with ${counted(messages, 'message')}`
      if (messages > 0 && !isAgreed && !(await confirmed(question, context))) {
        context.say('nothing was deleted')
        return EXIT.failed
      }
      const deleted = await engine.delete(name, { force })
      const lost = deleted.ready + deleted.delayed + deleted.inFlight
      await output.tell({ queue: name, deleted }, `deleted ${oneLine(name)} with ${counted(lost, 'message')}`)
      return EXIT.done
    }
  },
}
