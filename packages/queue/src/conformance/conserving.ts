import type { QueueEngine } from '../api.ts'
import { has, same } from './check.ts'
import { lying, texts } from './habits.ts'
import { type KnownLease, Model, type ModelRules } from './model.ts'
import { type Claims, given } from './needs.ts'
import { LONG, type Trial } from './trial.ts'

const STEPS = 250
const NEVER = Number.POSITIVE_INFINITY

/** Claims about what random operations do, compared with a model after each of them. */
export const conserving: Claims = {
  'whatever is done': {
    'in order: each message is where a plain list would have it': run({ byPriority: false, maxDeliveries: 2 }, 1),
    'by priority: each message is where a plain list would have it': run({ byPriority: true, maxDeliveries: 3 }, 2),
    'with one delivery each: each message is where a plain list would have it': run(
      { byPriority: false, maxDeliveries: 1 },
      3,
    ),
    'and reopened now and then: each message is where a plain list would have it': given('reopening')(
      run({ byPriority: true, maxDeliveries: 2 }, 4, true),
    ),
  },
}

function run(rules: ModelRules, seed: number, reopening = false): (trial: Trial) => Promise<void> {
  return async (trial) => {
    await trial.queues.create('dead')
    const order = rules.byPriority ? 'priority' : 'fifo'
    await trial.queues.create('a', { order, maxDeliveries: rules.maxDeliveries, deadLetterQueue: 'dead' })
    const walk = new Walk(trial, new Model(rules), seed, reopening)
    for (let step = 0; step < STEPS; step++) {
      const what = await walk.step().catch((error: Error) => {
        throw new Error(`seed ${seed}, step ${step}: ${error.message}`)
      })
      await walk.compare(`seed ${seed}, step ${step}, after ${what}: `)
    }
  }
}

/** One random walk. Times are long, so that only a clock that is wound brings them on. */
class Walk {
  readonly #trial: Trial
  readonly #model: Model
  readonly #random: () => number
  readonly #leases: (KnownLease & { readonly lease: string })[] = []
  readonly #reopening: boolean
  #queues: QueueEngine
  #sent = 0

  constructor(trial: Trial, model: Model, seed: number, reopening: boolean) {
    this.#trial = trial
    this.#model = model
    this.#random = randomly(seed)
    this.#reopening = reopening
    this.#queues = trial.queues
  }

  /** Does something, and tells what. */
  async step(): Promise<string> {
    const dice = this.#random()
    if (dice < 0.3) await this.#send()
    else if (dice < 0.55) await this.#receive()
    else if (dice < 0.85) return this.#act()
    else if (dice < 0.94) return this.#pass()
    else if (dice < 0.98) return this.#redrive()
    else if (dice < 0.985) same(await this.#queues.purge('a'), this.#model.purge(), 'of purged messages ')
    else if (this.#reopening) {
      const { oldestMs: _, ...before } = await this.#queues.stats('a')
      this.#queues = await this.#trial.reopen()
      has(await this.#queues.stats('a'), before)
      return 'reopening'
    }
    return dice < 0.3 ? 'send' : dice < 0.55 ? 'receive' : 'purge'
  }

  async compare(where: string): Promise<void> {
    const there = this.#model.ready
    const counted = [there.length, this.#model.count('delayed'), this.#model.count('leased')]
    const { sent, acked, dead, expired, purged, ready, delayed, inFlight } = await this.#queues.stats('a')
    same([ready, delayed, inFlight], counted, where)
    // Every message that went in is accounted for.
    same(
      [acked, dead, expired, purged, ready, delayed, inFlight].reduce((a, b) => a + b),
      sent,
      `${where}in all `,
    )
    same(
      await lying(this.#queues, 'a'),
      there.map(({ body }) => body),
      where,
    )
    const buried = [...this.#model.dead].map(({ body }) => body)
    same((await lying(this.#queues, 'dead')).sort(), buried.sort(), `${where}dead letters: `)
  }

  async #send(): Promise<void> {
    const delayMs = this.#one([0, 0, 0, LONG / 4, LONG])
    const ttlMs = this.#one([NEVER, NEVER, 2 * LONG])
    const priority = this.#one([0, 0, 1, -2.5])
    const messages = Array.from({ length: this.#one([1, 1, 3]) }, () => {
      const body = String(this.#sent++)
      this.#model.add(body, priority, delayMs, ttlMs)
      return { body, priority, delayMs, ttlMs }
    })
    same((await this.#queues.sendMany('a', messages)).length, messages.length, 'of ids ')
  }

  async #receive(): Promise<void> {
    const leaseMs = this.#one([LONG / 2, LONG, 2 * LONG, 2 * LONG, 0])
    const max = this.#one([1, 1, 2, 4])
    const got = await this.#queues.receive('a', { leaseMs, max, timeoutMs: 0 })
    const expected = this.#model.take(max, leaseMs)
    same(
      texts(got),
      expected.map(({ message }) => message.body),
      'received: ',
    )
    same(
      got.map(({ deliveries }) => deliveries),
      expected.map(({ delivery }) => delivery),
      'deliveries: ',
    )
    if (leaseMs === 0) return
    for (const [i, each] of expected.entries()) this.#leases.push({ ...each, lease: got[i]?.lease ?? '' })
  }

  async #act(): Promise<string> {
    const held = this.#leases.at(-1 - Math.floor(this.#random() * 12))
    if (held === undefined) return 'nothing'
    const what = this.#one(['ack', 'nack', 'nack', 'extend'] as const)
    const ms = what === 'extend' ? LONG : this.#one([0, 0, LONG])
    const { lease } = held
    const outcome =
      what === 'ack'
        ? this.#queues.ack(lease)
        : what === 'nack'
          ? this.#queues.nack(lease, { delayMs: ms })
          : this.#queues.extend(lease, ms)
    same(await outcome, this.#model.act(held, what, ms), `${what} of ${held.message.body}: `)
    return what
  }

  async #pass(): Promise<string> {
    if (!this.#trial.windsClock) return 'nothing'
    const ms = this.#one([1, LONG / 4, LONG / 2, LONG])
    await this.#trial.pass(ms)
    this.#model.pass(ms)
    return `${ms} ms`
  }

  async #redrive(): Promise<string> {
    const max = this.#one([1, 2, 9])
    // In which order they died is told by the engine, which ones did by the model.
    const dead = (await lying(this.#queues, 'dead')).slice(0, max)
    same(await this.#queues.redrive('dead', { max }), dead.length, 'redriven ')
    this.#model.redrive(dead)
    return 'redrive'
  }

  #one<T>(all: readonly T[]): T {
    return all[Math.floor(this.#random() * all.length)] as T
  }
}

/** Numbers from 0 to 1 that depend on the seed alone; after mulberry32. */
function randomly(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
