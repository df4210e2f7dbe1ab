import { oneLine } from '@millrace/command'
import { confirmed } from '../confirm.ts'
import { counted } from '../figures.ts'
import { EXIT, type Verb } from '../verb.ts'

/** `millrace-queue purge`. */
export const purge: Verb = {
  name: 'purge',
  takes: '<queue>',
  summary: 'Drops the messages of a queue that nobody has leased',
  options: [
    { name: 'damaged', help: 'only those whose bodies cannot be read, which it tries: reads all that are on the disk' },
    { name: 'yes', short: 'y', help: 'do not ask' },
  ],
  more: '',
  prepare(args) {
    const [name = ''] = args.exactly('the name of a queue')
    const damaged = args.flag('damaged')
    const isAgreed = args.flag('yes')
    return async (context) => {
      const { engine, output } = context
      const { ready, delayed } = await engine.stats(name)
      const what = damaged ? 'the messages that cannot be read' : counted(ready + delayed, 'message')
      const question = `drop ${what} of ${oneLine(name)}`
      if (!isAgreed && !(await confirmed(question, context))) {
        context.say('nothing was dropped')
        return EXIT.failed
      }
      const purged = await engine.purge(name, { damaged })
      await output.tell({ queue: name, purged }, `dropped ${counted(purged, 'message')} of ${oneLine(name)}`)
      return EXIT.done
    }
  },
}
