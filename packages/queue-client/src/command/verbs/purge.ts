import { oneLine } from '@millrace/command'
import { confirmed } from '../confirm.ts'
import { counted } from '../figures.ts'
import { EXIT, type Verb } from '../verb.ts'

/** `millrace-queue purge`. */
export const purge: Verb = {
  name: 'purge',
  takes: '<queue>',
  summary: 'Drops the messages of a queue that nobody has leased',
  options: [{ name: 'yes', short: 'y', help: 'do not ask' }],
  more: '',
  prepare(args) {
    const [name = ''] = args.exactly('the name of a queue')
    const isAgreed = args.flag('yes')
    return async (context) => {
      const { engine, output } = context
      const { ready, delayed } = await engine.stats(name)
      const question = `drop ${counted(ready + delayed, 'message')} of ${oneLine(name)}`
      if (!isAgreed && !(await confirmed(question, context))) {
        context.say('nothing was dropped')
        return EXIT.failed
      }
      const purged = await engine.purge(name)
      await output.tell({ queue: name, purged }, `dropped ${counted(purged, 'message')} of ${oneLine(name)}`)
      return EXIT.done
    }
  },
}
