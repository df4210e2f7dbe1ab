import { oneLine, quoted, reasonOf } from '@millrace/command'
import type { QueueEngine } from '@millrace/queue'
import type { Arguments } from '../arguments.ts'
import { STAMP_BYTES } from '../bench/arrivals.ts'
import { resultJson, resultLines, standing, standingJson, standingLines } from '../bench/bench-text.ts'
import { Load, type LoadOptions } from '../bench/load.ts'
import { Interrupted } from '../interruption.ts'
import { type Context, EXIT, type Verb } from '../verb.ts'

const LIVE_MS = 250
const PLAIN_MS = 1000
const LARGEST_BODY = 2 ** 24

/** `millrace-queue bench`. */
export const bench: Verb = {
  name: 'bench',
  takes: '<queue>',
  summary: 'Measures how fast messages go through a queue that is made for it and deleted after it',
  makesFolder: true,
  endsItself: true,
  options: [
    { name: 'producers', value: '<n>', help: 'who send (default: 4)' },
    { name: 'consumers', value: '<n>', help: 'who receive and acknowledge (default: 4)' },
    {
      name: 'depth',
      value: '<n>',
      help: 'sends of a producer that wait for their answers, and messages a consumer takes at once (default: 32)',
    },
    {
      name: 'capacity',
      value: '<n>',
      help: 'messages in the queue at most, those being received included; then sends wait (default: 1000)',
    },
    { name: 'size', value: '<bytes>', help: `of a body, from ${STAMP_BYTES} (default: 100)` },
    { name: 'duration-ms', value: '<ms>', help: 'how long is sent (default: 5000)' },
    {
      name: 'connections',
      value: '<n>',
      help: 'to a server, over which producers and consumers are spread (default: 1)',
    },
  ],
  more: `
"send" is from a send to its answer, "arrive" from a send to the arrival of the message, both as this process sees them, which may be busier than
the server. Ctrl-C ends the sending. Exits with 1 if a message whose send was answered did not arrive.`,
  prepare(args) {
    const [name = ''] = args.exactly('the name of a queue')
    const options = loadOf(args)
    const connections = args.whole('connections', 1, 1000) ?? 1
    return async (context) => {
      const { engine } = context
      // What it receives it acknowledges, so it must not meet messages of others.
      if (
        (await engine.list()).includes(name) ||
        !(await engine.create(name, { overflow: 'wait', capacity: options.capacity }))
      )
        throw new Error(`there is a queue ${quoted(name)} already; give the name of one that can be made and deleted`)
      const others: QueueEngine[] = []
      try {
        while (others.length < connections - 1) others.push(await context.another())
        return await measure(name, options, [engine, ...others], context)
      } finally {
        await Promise.all(others.map((other) => other.close()))
        await engine.delete(name, { force: true }).catch((error: unknown) => {
          context.say(`the queue ${oneLine(name)} is left: ${reasonOf(error)}`)
        })
      }
    }
  },
}

function loadOf(args: Arguments): LoadOptions {
  return {
    producers: args.whole('producers', 1, 1000) ?? 4,
    consumers: args.whole('consumers', 1, 1000) ?? 4,
    depth: args.whole('depth', 1, 10_000) ?? 32,
    capacity: args.whole('capacity', 1) ?? 1000,
    sizeBytes: args.whole('size', STAMP_BYTES, LARGEST_BODY) ?? 100,
    durationMs: args.ms('duration-ms', 1) ?? 5000,
  }
}

async function measure(
  name: string,
  options: LoadOptions,
  engines: readonly QueueEngine[],
  { engine, output, stop }: Context,
): Promise<number> {
  const { durability } = await engine.stats(name)
  const load = new Load(engines, name, options)
  stop.addEventListener('abort', () => load.stop(), { once: true })
  if (stop.aborted) load.stop()
  const startMs = performance.now()
  const show = showing(load, output, startMs)
  const timer = setInterval(() => void show().catch(() => load.stop()), output.isLive ? LIVE_MS : PLAIN_MS)
  try {
    await load.run()
  } finally {
    clearInterval(timer)
  }
  if (stop.aborted && !(stop.reason instanceof Interrupted)) throw stop.reason
  if (output.isLive) await show()
  const result = { load, options, connections: engines.length, elapsedMs: performance.now() - startMs, durability }
  await output.tell(resultJson(result), ...resultLines(output, result))
  return load.arrivals.missing === 0 ? EXIT.done : EXIT.failed
}

/** Shows how it stands each time it is called. */
function showing(load: Load, output: Context['output'], startMs: number): () => Promise<void> {
  let before = standing(load, startMs)
  return async () => {
    const now = standing(load, startMs)
    const since = before
    before = now
    if (output.isJson) await output.json(standingJson(now, since))
    else if (output.isLive) await output.live.draw(standingLines(output, load, now, since))
    else await output.lines(standingLines(output, load, now, since))
  }
}
