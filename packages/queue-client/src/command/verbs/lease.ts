import { oneLine, UsageError } from '@millrace/command'
import type { AckOutcome, LeaseOutcome, QueueEngine } from '@millrace/queue'
import type { Arguments, Option } from '../arguments.ts'
import { EXIT, type Verb } from '../verb.ts'

type Act = (engine: QueueEngine, lease: string) => Promise<AckOutcome | LeaseOutcome>

/** `millrace-queue ack`. */
export const ack: Verb = leasing(
  { name: 'ack', summary: 'Acknowledges messages: they are done with', options: [] },
  () => (engine, lease) => engine.ack(lease),
  'acked',
)

/** `millrace-queue nack`. */
export const nack: Verb = leasing(
  {
    name: 'nack',
    summary: 'Gives messages back, so that somebody else receives them',
    options: [{ name: 'delay-ms', value: '<ms>', help: 'not before so long' }],
  },
  (args) => {
    const delayMs = args.ms('delay-ms')
    return (engine, lease) => engine.nack(lease, { delayMs })
  },
  'given back',
)

/** `millrace-queue extend`. */
export const extend: Verb = leasing(
  {
    name: 'extend',
    summary: 'Keeps messages longer',
    options: [{ name: 'lease-ms', value: '<ms>', help: 'for so long from now' }],
  },
  (args) => {
    const ms = args.ms('lease-ms')
    if (ms === undefined) throw new UsageError('expected --lease-ms, how long from now')
    return (engine, lease) => engine.extend(lease, ms)
  },
  'extended',
)

const LOST: Readonly<Record<string, string>> = {
  requeued: 'the lease is over, and the message is back in its queue or with somebody else',
  missing: 'there is no such message any more',
}

function leasing(
  about: { readonly name: string; readonly summary: string; readonly options: readonly Option[] },
  prepare: (args: Arguments) => Act,
  done: string,
): Verb {
  return {
    ...about,
    takes: '<lease…>',
    more: 'A lease is what "receive" tells of a message. Exits with 1 if one of them did not hold any more.',
    prepare(args) {
      const [first, rest] = args.firstAndRest('the lease of a message')
      const act = prepare(args)
      return async ({ engine, output, stop, say }) => {
        let exitCode: number = EXIT.done
        for (const lease of [first, ...rest]) {
          stop.throwIfAborted()
          const outcome = await act(engine, lease)
          const lost = LOST[outcome]
          if (lost !== undefined) {
            exitCode = EXIT.failed
            say(`${oneLine(lease)}: ${lost}`)
          }
          if (lost === undefined || output.isJson) await output.tell({ lease, outcome }, `${done} ${oneLine(lease)}`)
        }
        return exitCode
      }
    },
  }
}
