import { messageJson, messageLines } from '../message-text.ts'
import { EXIT, type Verb } from '../verb.ts'

/** `millrace-queue peek`. */
export const peek: Verb = {
  name: 'peek',
  takes: '<queue>',
  summary: 'Shows the messages that would be received next, and leaves them',
  options: [{ name: 'max', value: '<n>', help: 'at most so many (default: 10)' }],
  more: '',
  prepare(args) {
    const [name = ''] = args.exactly('the name of a queue')
    const max = args.whole('max', 1) ?? 10
    return async ({ engine, output, say }) => {
      const messages = await engine.peek(name, { max })
      for (const message of messages) {
        if (output.isJson) await output.json(messageJson(name, message))
        else await output.lines(messageLines(output, message))
      }
      if (messages.length > 0) return EXIT.done
      if (!output.isJson) say(`${name} has no message that could be received`)
      return EXIT.nothing
    }
  },
}
