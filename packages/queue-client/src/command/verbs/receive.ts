import { UsageError } from '@millrace/command'
import type { Arguments } from '../arguments.ts'
import { type Taking, take } from '../take.ts'
import { EXIT, type Verb } from '../verb.ts'

const LARGEST_BATCH = 10_000

/** `millrace-queue receive`. */
export const receive: Verb = {
  name: 'receive',
  takes: '<queue>',
  summary: 'Receives messages, which nobody else gets until their leases are over',
  options: [
    { name: 'max', value: '<n>', help: 'at most so many (default: 1; with --follow no limit)' },
    { name: 'follow', short: 'f', help: 'go on until Ctrl-C, or as long as one comes within --wait-ms' },
    { name: 'wait-ms', value: '<ms>', help: 'wait so long for a message (default: 0; with --follow no limit)' },
    {
      name: 'lease-ms',
      value: '<ms>',
      help: 'how long they are leased (default: as the queue says); 0: they are gone',
    },
    { name: 'ack', help: 'acknowledge each as soon as it is written' },
    {
      name: 'batch',
      value: '<n>',
      help: 'take so many in one request, at most; with --ack also acknowledge so many (default: 100; with --ack 1)',
    },
    { name: 'raw', help: 'write the body of one message as it is, and nothing else' },
  ],
  more: `
Ctrl-C and a reader that goes away ("| head -1") lose nothing: messages that were not written go back at once, and those that were are leased, so
that they come again unless they are acknowledged. But --ack acknowledges what a pipe has taken, which a reader that goes away may not have read:
there, say with --max how many it reads.`,
  prepare(args) {
    const [name = ''] = args.exactly('the name of a queue')
    const taking = takingOf(args)
    return async (context) => {
      if (taking.isRaw && context.output.isTerminal)
        throw new UsageError('--raw: expected a file or a pipe, since a body can drive a terminal')
      const taken = await take(name, taking, context)
      if (taken.late > 0) {
        context.say(
          `${taken.late} of the leases were over before they were acknowledged: those messages come again; give a longer --lease-ms`,
        )
        return EXIT.failed
      }
      if (taken.count === 0) {
        if (!context.output.isJson) context.say('no message came')
        return EXIT.nothing
      }
      const isHintDue = !context.output.isJson && !taking.isAcked && taking.leaseMs !== 0 && !taking.isRaw
      if (isHintDue) context.say('when you are done: millrace-queue ack <lease>; otherwise they come again')
      return EXIT.done
    }
  },
}

function takingOf(args: Arguments): Taking {
  const follows = args.flag('follow')
  const isRaw = args.flag('raw')
  const isAcked = args.flag('ack')
  const leaseMs = args.whole('lease-ms', 0)
  const batch = args.whole('batch', 1, LARGEST_BATCH) ?? (isAcked ? 1 : 100)
  const max = args.whole('max', 1) ?? (follows ? Number.POSITIVE_INFINITY : 1)
  if (isRaw && max !== 1) throw new UsageError('--raw: expected one message, without --max or --follow')
  if (isAcked && leaseMs === 0)
    throw new UsageError('--ack: expected none with --lease-ms 0, which leaves nothing to acknowledge')
  return { max, follows, isRaw, isAcked, batch, leaseMs, waitMs: args.ms('wait-ms') ?? (follows ? undefined : 0) }
}
