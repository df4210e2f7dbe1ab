import { closest, oneLine, reasonOf, UsageError } from '@millrace/command'
import type { QueueEngine } from '@millrace/queue'
import { open, type Place } from './place.ts'
import { codeOf } from './reason.ts'
import type { Context, Run, Verb } from './verb.ts'

/** What is to be done, and where. */
export interface Work {
  readonly verb: Verb
  readonly run: Run
  /** The queue that it is about, if it is about one. */
  readonly queue: string | undefined
  readonly place: Place
}

/** After a signal a request that waits for a server that is not there is given up so much later. */
const GRACE_MS = 1000

/**
 * Does it, and gives the exit code.
 *
 *     opened ──▶ running ── it ends, or fails ──▶ closed
 *                   └── stop ──▶ leaving all in order ── it ends, or the grace is over ──▶ closed
 */
export async function carryOut(
  { verb, run, queue, place }: Work,
  surroundings: Omit<Context, 'engine' | 'another'>,
): Promise<number> {
  const { stop, say } = surroundings
  const onLost = (error: unknown): void => say(`${reasonOf(error)}; connecting again`)
  const opened = (makesFolder: boolean): Promise<QueueEngine> =>
    open(place, process.env, { makesFolder, signal: stop, onLost })
  const another = (): Promise<QueueEngine> => {
    if (place.kind === 'server') return opened(false)
    throw new UsageError('--connections: expected 1 with --path, which is open once')
  }
  const engine = await opened(verb.makesFolder === true)
  let timer: NodeJS.Timeout | undefined
  const hurry = (): void => {
    timer = setTimeout(() => engine.close(), GRACE_MS)
  }
  if (verb.endsItself !== true) stop.addEventListener('abort', hurry, { once: true })
  try {
    return await run({ ...surroundings, engine, another })
  } catch (error) {
    if (stop.aborted) throw stop.reason
    throw codeOf(error) === 'missing' ? await namedBetter(error, queue, engine) : error
  } finally {
    clearTimeout(timer)
    await engine.close()
  }
}

/** The error about a queue that is not there, with the name that was most likely meant. */
async function namedBetter(error: unknown, queue: string | undefined, engine: QueueEngine): Promise<unknown> {
  const names = await engine.list().catch((): string[] => [])
  if (queue === undefined || names.includes(queue)) return error
  const near = closest(queue, names)
  return near === undefined ? error : new Error(`${reasonOf(error)}; did you mean ${oneLine(near)}?`)
}
