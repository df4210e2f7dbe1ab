import { oneLine } from '@millrace/command'
import { EXIT, type Verb } from '../verb.ts'

/** `millrace-queue list`. */
export const list: Verb = {
  name: 'list',
  takes: '',
  summary: 'Lists the queues, in the order of their making',
  options: [],
  more: '',
  prepare(args) {
    args.exactly()
    return async ({ engine, output, say }) => {
      const names = await engine.list()
      for (const queue of names) await output.tell({ queue }, oneLine(queue))
      if (names.length === 0 && !output.isJson) say('there are no queues')
      return EXIT.done
    }
  },
}
