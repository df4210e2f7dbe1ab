import { setTimeout as delay } from 'node:timers/promises'
import { Interrupted } from '../interruption.ts'
import { messageJson, messageLines } from '../message-text.ts'
import { EXIT, type Verb } from '../verb.ts'
import { Watch } from '../watch.ts'

/** `millrace-queue tail`. */
export const tail: Verb = {
  name: 'tail',
  takes: '<queue>',
  summary: 'Shows messages as they come, and takes none, until Ctrl-C',
  options: [
    { name: 'last', value: '<n>', help: 'of those that are there, show so many (default: 10)' },
    { name: 'look', value: '<n>', help: 'look at so many that would be received next (default: 1000)' },
    { name: 'interval-ms', value: '<ms>', help: 'how often (default: 250)' },
  ],
  more: `
It looks at the messages that would be received next, and shows those it has not seen: one that comes back is shown again. What comes and is
received between two looks, and what is behind those it looks at, is not shown but counted. "stats --follow" shows how fast a queue goes.`,
  prepare(args) {
    const [name = ''] = args.exactly('the name of a queue')
    const last = args.whole('last', 0) ?? 10
    const look = args.whole('look', 1, 100_000) ?? 1000
    const everyMs = args.ms('interval-ms', 1) ?? 250
    return async ({ engine, output, stop, say }) => {
      const watch = new Watch(engine, name, { last, look })
      try {
        for (;;) {
          const { messages, unseen } = await watch.next()
          for (const message of messages) {
            stop.throwIfAborted()
            await (output.isJson
              ? output.json(messageJson(name, message))
              : output.lines(messageLines(output, message)))
          }
          if (unseen > 0 && !output.isJson) await output.lines([output.styled('dim', `… ${unseen} not seen`)])
          else if (unseen > 0) say(`${unseen} not seen`)
          await delay(everyMs, undefined, { signal: stop })
        }
      } catch (error) {
        if (stop.aborted && stop.reason instanceof Interrupted) return EXIT.done
        throw stop.aborted ? stop.reason : error
      }
    }
  },
}
