import { oneLine, quoted, UsageError } from '@millrace/command'
import type { SendOptions } from '@millrace/queue'
import type { Arguments } from '../arguments.ts'
import { counted, duration } from '../figures.ts'
import { inBatches, outgoing, type Source } from '../outgoing.ts'
import { codeOf } from '../reason.ts'
import { type Context, EXIT, type Verb } from '../verb.ts'

/** One request has about so many bytes of bodies. */
const BATCH_BYTES = 2 ** 20
const LARGEST_BATCH = 10_000

/** `millrace-queue send`. */
export const send: Verb = {
  name: 'send',
  takes: '<queue> [message…]',
  summary: 'Sends what is typed, files, or each line that is read as a message',
  options: [
    {
      name: 'file',
      value: '<file>',
      isMany: true,
      help: 'send it as one message; - is all that is read; any number of times',
    },
    { name: 'json-lines', help: 'each line is a message in JSON, as "receive" writes it' },
    { name: 'header', value: '<k=v>', isMany: true, help: 'what goes with it; any number of times' },
    { name: 'priority', value: '<n>', help: 'higher is earlier, in a queue with --order priority (default: 0)' },
    { name: 'delay-ms', value: '<ms>', help: 'it can be received after so long' },
    { name: 'ttl-ms', value: '<ms>', help: 'so long after that it is dropped (default: as the queue says)' },
    { name: 'dedup-key', value: '<key>', help: 'of messages with the same key one is taken' },
    {
      name: 'wait-ms',
      value: '<ms>',
      help: 'wait so long for room, if the queue has --overflow wait (default: no limit)',
    },
    {
      name: 'batch',
      value: '<n>',
      help: 'at most so many lines in one request, all or none of which are sent (default: 100)',
    },
    { name: 'quiet', short: 'q', help: 'do not tell the ids' },
  ],
  more: `
Lines are sent as they come, in their order, and are read no faster than they are sent. An empty line is an empty message.`,
  prepare(args) {
    const [name, texts] = args.firstAndRest('the name of a queue')
    const source: Source = {
      texts,
      files: args.texts('file'),
      isJsonLines: args.flag('json-lines'),
      options: optionsOf(args),
    }
    refuseMixed(source)
    const timeoutMs = args.ms('wait-ms')
    const batch = args.whole('batch', 1, LARGEST_BATCH) ?? 100
    const isQuiet = args.flag('quiet')
    return (context) => sendAll(name, source, { timeoutMs, batch, isQuiet }, context)
  },
}

function optionsOf(args: Arguments): SendOptions {
  const options = {
    delayMs: args.whole('delay-ms', 0),
    priority: args.number('priority'),
    dedupKey: args.text('dedup-key'),
    headers: args.texts('header').length === 0 ? undefined : Object.fromEntries(args.texts('header').map(headerOf)),
    ttlMs: args.whole('ttl-ms', 1),
  }
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
}

function headerOf(text: string): [string, string] {
  const at = text.indexOf('=')
  if (at < 1) throw new UsageError(`--header: expected name=value, got ${quoted(text)}`)
  return [text.slice(0, at), text.slice(at + 1)]
}

function refuseMixed({ texts, files, isJsonLines, options }: Source): void {
  if (isJsonLines && texts.length + files.length > 0)
    throw new UsageError('--json-lines: expected no messages and files with it; lines are read')
  if (options.dedupKey !== undefined && texts.length + files.length !== 1)
    throw new UsageError('--dedup-key: expected one message or file, since of those with the same key one is taken')
  if (files.filter((file) => file === '-').length > 1) throw new UsageError('--file: expected - once')
}

interface Sending {
  readonly timeoutMs: number | undefined
  readonly batch: number
  readonly isQuiet: boolean
}

async function sendAll(name: string, source: Source, sending: Sending, context: Context): Promise<number> {
  const { engine, output, input, stop, say } = context
  const isRead = source.texts.length + source.files.length === 0
  if (isRead && input.isTTY) say(`each line is sent to ${oneLine(name)}; Ctrl-D ends`)
  const { timeoutMs, batch, isQuiet } = sending
  const startMs = performance.now()
  const last: string[] = []
  let sent = 0
  let inDoubt = 0
  try {
    for await (const messages of inBatches(outgoing(source, input, stop), batch, BATCH_BYTES)) {
      stop.throwIfAborted()
      inDoubt = messages.length
      const ids = await engine.sendMany(name, messages, {
        signal: stop,
        ...(timeoutMs === undefined ? {} : { timeoutMs }),
      })
      sent += ids.length
      inDoubt = 0
      last.splice(0, last.length, ...ids)
      if (output.isJson && !isQuiet) for (const id of ids) await output.json({ queue: name, id })
    }
  } catch (error) {
    if (isRead && sent + inDoubt > 0) say(progressOf(error, sent, inDoubt))
    throw stop.aborted ? stop.reason : error
  }
  if (sent === 0) say('nothing was read, so nothing was sent')
  const [only] = last
  if (sent === 0 || output.isJson || isQuiet) return EXIT.done
  const elapsedMs = performance.now() - startMs
  const speed =
    sent < 100 ? '' : ` in ${duration(elapsedMs)}, ${counted((sent / elapsedMs) * 1000, 'message')} a second`
  await output.lines([sent === 1 ? `sent ${only}` : `sent ${counted(sent, 'message')}${speed}`])
  return EXIT.done
}

/** How far it came, so that one can go on from there. */
function progressOf(error: unknown, sent: number, inDoubt: number): string {
  const before = `${counted(sent, 'line was', 'lines were')} sent`
  const code = codeOf(error)
  if (code === 'unknown' || code === 'read-only') return `${before}; nobody knows of the ${inDoubt} after that`
  return `${before}; from line ${sent + 1} on none was`
}
