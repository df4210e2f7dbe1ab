import { oneLine } from '@millrace/command'
import { EXIT, type Verb } from '../verb.ts'

/** `millrace-queue pause`. */
export const pause: Verb = pausing('pause', true, 'Nothing is received from a queue any more until it is resumed')

/** `millrace-queue resume`. */
export const resume: Verb = pausing('resume', false, 'Ends a pause')

function pausing(name: 'pause' | 'resume', paused: boolean, summary: string): Verb {
  return {
    name,
    takes: '<queue>',
    summary,
    options: [],
    more: '',
    prepare(args) {
      const [queue = ''] = args.exactly('the name of a queue')
      return async ({ engine, output }) => {
        await engine[name](queue)
        await output.tell({ queue, paused }, `${oneLine(queue)} is ${paused ? 'paused' : 'not paused'}`)
        return EXIT.done
      }
    },
  }
}
