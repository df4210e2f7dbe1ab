/** One end of a link, in a thread of its own: does its part of a run each time it is told how many values there are. */
import { parentPort, workerData } from 'node:worker_threads'
import type { Tally } from '../topology.ts'
import { loadSharedContender, routeOf } from './contender.ts'
import { type SharedName, sharedScenario } from './scenario.ts'

/** What a thread is told when it starts. */
export interface ThreadJob {
  readonly module: string
  readonly scenario: SharedName
  readonly end: 'near' | 'far'
  readonly data: unknown
}

const { module, scenario: name, end, data }: ThreadJob = workerData
const scenario = sharedScenario(name)
const { contender } = await loadSharedContender(new URL(module))
const route = routeOf(contender, scenario)
if ('drive' in route) throw new TypeError(`${contender.name} starts its threads itself`)
const work = await route[end](data, scenario)

parentPort?.on('message', async (items: number) => {
  const result: unknown = await work(items)
  parentPort?.postMessage(end === 'near' ? (result as Tally) : 'done')
})
parentPort?.postMessage('ready')
