import { oneLine } from '@millrace/command'
import { counted } from '../figures.ts'
import { EXIT, type Verb } from '../verb.ts'

/** `millrace-queue redrive`. */
export const redrive: Verb = {
  name: 'redrive',
  takes: '<dead-letter queue>',
  summary: 'Sends dead letters back to the queues where they come from',
  options: [{ name: 'max', value: '<n>', help: 'at most so many (default: all)' }],
  more: 'Those whose queue is gone or full stay.',
  prepare(args) {
    const [name = ''] = args.exactly('the name of a dead-letter queue')
    const max = args.whole('max', 1)
    return async ({ engine, output }) => {
      const redriven = await engine.redrive(name, max === undefined ? {} : { max })
      await output.tell({ queue: name, redriven }, `sent ${counted(redriven, 'message')} of ${oneLine(name)} back`)
      return EXIT.done
    }
  },
}
