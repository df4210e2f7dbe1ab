/** A priority pool behind HTTP: each producer and consumer has a connection, and sends the next request when it has its answer. */
import { Client } from 'undici'
import { LostValuesError } from '../child.ts'
import type { Figures, Prepared, Trial, TrialSection, Trials } from '../trial.ts'
import { echoProcess, type HttpServer, poolProcess } from './servers.ts'

const FOR_MS = 1_000
const CAPACITY = 3_000
const BATCH = 100
const PAYLOAD = 'x'.repeat(500)
const HEADERS = { 'content-type': 'application/json' }

const CROWDS = [
  { producers: 20, consumers: 1 },
  { producers: 10, consumers: 1 },
  { producers: 15, consumers: 5 },
] as const

type Crowd = (typeof CROWDS)[number]

/** The suite. */
export const suite: Trials = {
  module: new URL(import.meta.url),
  sections: CROWDS.map(
    ({ producers, consumers }): TrialSection => ({
      name: `http-${producers}-${consumers}`,
      title: `${producers} producers, ${consumers} consumers that drain 100, items of 500 bytes, over HTTP`,
      reference: 'millrace-pool',
      metrics: [
        { name: 'rate', unit: 'items/s' },
        { name: 'requests', unit: 'items/s' },
      ],
    }),
  ),
  trials: CROWDS.flatMap((crowd) => {
    const section = `http-${crowd.producers}-${crowd.consumers}`
    const one = { section, kind: 'ours' } as const
    return [
      { ...one, contender: 'millrace-pool', prepare: () => ofPool(crowd, 1) },
      { ...one, contender: `millrace-pool, ${BATCH} a request`, prepare: () => ofPool(crowd, BATCH) },
      { section, kind: 'floor', contender: 'fastify echo', note: 'no consumers', prepare: () => ofEcho(crowd) },
    ] satisfies Trial[]
  }),
}

async function ofPool({ producers, consumers }: Crowd, batch: number): Promise<Prepared> {
  const server = await poolProcess(CAPACITY)
  return {
    async run(): Promise<Figures> {
      const [began, end] = [performance.now(), performance.now() + FOR_MS]
      const isOver = () => performance.now() > end
      let requests = 0
      let isSubmitted = false
      const draining = Array.from({ length: consumers }, () => drain(server, () => isSubmitted))
      const submitting = Array.from({ length: producers }, () =>
        submit(server, batch, isOver, (answer) => {
          requests++
          return (answer as { submitted: number }).submitted
        }),
      )
      const submitted = sum(await Promise.all(submitting))
      const seconds = (performance.now() - began) / 1_000
      isSubmitted = true
      const drained = sum(await Promise.all(draining))
      if (submitted !== drained) throw new LostValuesError(`submitted ${submitted}, drained ${drained}`)
      return { rate: submitted / seconds, requests: requests / seconds }
    },
    close: () => server.close(),
  }
}

async function ofEcho({ producers }: Crowd): Promise<Prepared> {
  const server = await echoProcess()
  return {
    async run(): Promise<Figures> {
      const [began, end] = [performance.now(), performance.now() + FOR_MS]
      const isOver = () => performance.now() > end
      const all = await Promise.all(Array.from({ length: producers }, () => submit(server, 1, isOver, () => 1)))
      const rate = sum(all) / ((performance.now() - began) / 1_000)
      return { rate, requests: rate }
    },
    close: () => server.close(),
  }
}

/** One producer: how many items were accepted. */
async function submit(
  { url }: HttpServer,
  batch: number,
  isOver: () => boolean,
  accepted: (answer: unknown) => number,
): Promise<number> {
  const client = new Client(url)
  let [submitted, made] = [0, 0]
  const item = () => `{"priority":${made % 256},"item":{"n":${made++},"payload":"${PAYLOAD}"}}`
  while (!isOver()) {
    const body = batch === 1 ? item() : `[${Array.from({ length: batch }, item).join(',')}]`
    const answer = await client.request({ method: 'POST', path: '/submit/10000', headers: HEADERS, body })
    if (answer.statusCode !== 200) throw new LostValuesError(`a submit was answered ${answer.statusCode}`)
    submitted += accepted(await answer.body.json())
  }
  await client.close()
  return submitted
}

/** One consumer: how many items it got. */
async function drain({ url }: HttpServer, isSubmitted: () => boolean): Promise<number> {
  const client = new Client(url)
  for (let drained = 0; ; ) {
    const isLast = isSubmitted()
    const answer = await client.request({ method: 'GET', path: `/drain/100/${isLast ? 0 : 50}` })
    const items = (await answer.body.json()) as { item: { payload: string } }[]
    if (items.some(({ item }) => item.payload !== PAYLOAD)) throw new LostValuesError('an item was damaged')
    drained += items.length
    if (!isLast || items.length > 0) continue
    await client.close()
    return drained
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, one) => all + one, 0)
}
