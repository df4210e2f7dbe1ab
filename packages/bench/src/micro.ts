/**
 * What single operations cost, by mitata. Each case runs in a process of its own.
 *
 * Of what mitata reports only p50, avg and min are kept: the rest is megabytes of samples.
 */
import { EventEmitter, once } from 'node:events'
import type { Receiver, Sender } from '@millrace/channel'
import { channel as mpmcChannel } from '@millrace/mpmc'
import { channel as mpscChannel } from '@millrace/mpsc'
import { notify } from '@millrace/notify'
import { arrayRing } from '@millrace/ring'
import { measure } from 'mitata'
import { answerParent, LostValuesError, runInChild } from './child.ts'
import type { Kind } from './contender.ts'
import type { Row, Section } from './result.ts'
import { interleave, type OnMeasured } from './run.ts'
import { summarize } from './statistics.ts'

/** One operation under measurement. */
export interface MicroCase {
  readonly group: string
  readonly contender: string
  readonly kind: Kind
  /** Makes what the operation needs, and answers the operation. It throws if the result is not what it should be. */
  readonly prepare: () => () => unknown
}

/** What is kept of a case, in nanoseconds an operation. */
interface MicroTimes {
  readonly p50: number
  readonly avg: number
  readonly min: number
}

/** Values that lie in a queue while it is measured: an empty or nearly empty one is no queue. */
const DEPTH = 128

/** Every case. Those of one group share a table. */
export const MICRO_CASES: readonly MicroCase[] = [
  ours('push + pop', 'millrace ring', () => {
    const ring = arrayRing<number>(1024)
    for (let i = 0; i < DEPTH; i++) ring.push(i)
    return () => {
      ring.push(1)
      return ring.pop() ?? missing()
    }
  }),
  baseline('push + pop', 'plain array', () => {
    const array = Array.from({ length: DEPTH }, (_, i) => i)
    return () => {
      array.push(1)
      return array.shift() ?? missing()
    }
  }),
  ours('trySend + tryReceive', 'millrace-mpsc', () => tryBoth(mpscChannel<number>({ capacity: 1024 }))),
  ours('trySend + tryReceive', 'millrace-mpmc', () => tryBoth(mpmcChannel<number>({ capacity: 1024 }))),
  ours('wake one waiter', 'millrace notify', () => {
    const ready = notify()
    return async () => {
      const woken = ready.wait()
      ready.notifyOne()
      await woken
    }
  }),
  baseline('wake one waiter', 'Promise.withResolvers', () => async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    resolve()
    await promise
  }),
  {
    group: 'wake one waiter',
    contender: 'events.once',
    kind: 'peer',
    prepare: () => {
      const emitter = new EventEmitter()
      return async () => {
        const woken = once(emitter, 'ready')
        emitter.emit('ready')
        await woken
      }
    },
  },
  baseline('await', 'undefined', () => async () => {
    await undefined
  }),
  baseline('await', 'resolved promise', () => {
    const resolved = Promise.resolve()
    return async () => {
      await resolved
    }
  }),
  baseline('await', 'nothing: an async call', () => async () => {}),
]

/** Measures one case in this process. */
async function measureCase({ prepare }: MicroCase): Promise<MicroTimes> {
  const { p50, avg, min } = await measure(prepare())
  return { p50, avg, min }
}

/** How the micro suite is run. */
export interface MicroOptions {
  readonly rounds: number
  readonly timeoutMs: number
  /** The Node that measures; this one if not given. */
  readonly node?: string | undefined
  readonly onMeasured?: OnMeasured | undefined
}

/** Measures cases, interleaved group by group, and yields a section for each group. */
export async function* runMicro(
  cases: readonly MicroCase[],
  { rounds, timeoutMs, node, onMeasured }: MicroOptions,
): AsyncGenerator<Section, void, undefined> {
  for (const [group = '', members = []] of Map.groupBy(cases, (each) => each.group)) {
    const names = members.map(({ contender }) => contender)
    const measureOne = (contender: string) =>
      runInChild<MicroTimes>(new URL(import.meta.url), { group, contender } satisfies MicroJob, timeoutMs, { node })
    const runs = await interleave(names, measureOne, {
      rounds,
      onMeasured: (name, round) => onMeasured?.(group, name, round),
    })
    const rows = members.map(({ contender, kind }): Row => {
      const { values = [], failure } = runs.get(contender) ?? {}
      if (failure !== undefined) return { contender, kind, metrics: {}, failure }
      const of = (key: keyof MicroTimes) => summarize(values.map((times) => times[key]))
      return { contender, kind, metrics: { p50: of('p50'), avg: of('avg'), min: of('min') } }
    })
    yield { name: group, title: 'nanoseconds an operation', reference: names[0] ?? '', metrics: METRICS, rows }
  }
}

const METRICS: Section['metrics'] = [
  { name: 'p50', unit: 'ns' },
  { name: 'avg', unit: 'ns' },
  { name: 'min', unit: 'ns' },
]

type MicroJob = Pick<MicroCase, 'group' | 'contender'>

function ours(group: string, contender: string, prepare: MicroCase['prepare']): MicroCase {
  return { group, contender, kind: 'ours', prepare }
}

function baseline(group: string, contender: string, prepare: MicroCase['prepare']): MicroCase {
  return { group, contender, kind: 'baseline', prepare }
}

function tryBoth({ sender, receiver }: { sender: Sender<number>; receiver: Receiver<number> }): () => number {
  for (let i = 0; i < DEPTH; i++) sender.trySend(i)
  return () => {
    sender.trySend(1)
    return receiver.tryReceive() ?? missing()
  }
}

function missing(): never {
  throw new LostValuesError('a queue that holds values gave none')
}

if (import.meta.main) {
  answerParent<MicroJob, MicroTimes>(async (job) => {
    const found = MICRO_CASES.find(({ group, contender }) => group === job.group && contender === job.contender)
    if (found === undefined) throw new RangeError(`no micro case ${job.group} / ${job.contender}`)
    return measureCase(found)
  })
}
