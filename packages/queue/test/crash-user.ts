import type { OutgoingMessage, QueueEngine, QueueOptions } from '../src/index.ts'
import type { Fact, Facts, Outgoing } from './crash-facts.ts'
import { type CrashKeys, DEDUP_MS } from './crash-keys.ts'
import type { Random } from './random.ts'
import type { HandClock } from './support.ts'

/** The queues, those first that others need. */
const QUEUES: Readonly<Record<string, QueueOptions>> = {
  dead: {},
  a: { maxDeliveries: 2, deadLetterQueue: 'dead', leaseMs: 40 },
  b: { order: 'priority', leaseMs: 15 },
  c: { dedupMs: DEDUP_MS, leaseMs: 1_000 },
  brief: {},
}

/** What outlives crashes: knowledge, and leases. */
export interface Memory {
  readonly facts: Facts
  readonly keys: CrashKeys
  readonly leases: { readonly lease: string; readonly body: string }[]
  /** What was last answered of whether queues are there, and paused; undefined if nobody knows. */
  readonly there: Map<string, boolean | undefined>
  readonly paused: Map<string, boolean | undefined>
  readonly random: Random
  readonly clock: HandClock
}

/** Somebody who does things with queues at random, does not always wait for the answer, and takes note of it. */
export class User {
  readonly #queues: QueueEngine
  readonly #memory: Memory
  readonly #pending = new Set<Promise<void>>()
  /** Broken promises. */
  readonly faults: unknown[] = []
  /** So many things were asked, and so many answered. */
  asked = 0
  answered = 0
  /** Nobody hears what is answered any more. */
  isOver = false

  constructor(queues: QueueEngine, memory: Memory) {
    this.#queues = queues
    this.#memory = memory
  }

  /** Does something. */
  async act(): Promise<void> {
    const { random } = this.#memory
    const rare = random.pick([this.#purge, this.#redrive, this.#delete, this.#pause, this.#createOne])
    const often = [this.#send, this.#receive, this.#finish]
    await random
      .pick([...often, ...often, ...often, this.#sendMany, this.#take, this.#pass, this.#pass, rare])
      .call(this)
  }

  /** Resolves when all that was asked has been answered. */
  async settled(): Promise<void> {
    await Promise.all(this.#pending)
  }

  createAll(): void {
    for (const name of Object.keys(QUEUES)) this.#create(name)
  }

  /** Asks, and takes note of the answer; a refusal is no answer. */
  #ask<R>(promise: Promise<R>, onAnswer: (answer: R, asked: number) => void): void {
    const asked = ++this.asked
    const noted = (answer: R): void => {
      if (this.isOver) return
      this.answered++
      try {
        onAnswer(answer, asked)
      } catch (fault) {
        this.faults.push(fault)
      }
    }
    const done = promise.then(noted, () => {})
    this.#pending.add(done)
    void done.then(() => this.#pending.delete(done))
  }

  /** Asks for something that makes a state certain, if nothing else is asked meanwhile. */
  #askState(
    states: Map<string, boolean | undefined>,
    name: string,
    state: boolean,
    promise: Promise<unknown>,
    onAnswer: (asked: number) => void = () => {},
  ): void {
    states.set(name, undefined)
    const asked = this.asked + 1
    this.#latest.set(states, (this.#latest.get(states) ?? new Map()).set(name, asked))
    this.#ask(promise, () => {
      onAnswer(asked)
      if (this.#latest.get(states)?.get(name) === asked) states.set(name, state)
    })
  }

  readonly #latest = new Map<object, Map<string, number>>()

  get #queue(): string {
    return this.#memory.random.pick(Object.keys(QUEUES))
  }

  #outgoing(hasTtl: boolean): OutgoingMessage & Outgoing & { readonly body: string } {
    const { random, facts, clock } = this.#memory
    const delayMs = random.pick([0, 0, 0, 10, 50])
    const ttlMs = hasTtl ? random.pick([Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 30]) : undefined
    const readyAtMs = clock.nowMs + delayMs
    return {
      body: facts.newBody(random.pick([0, 3, 60, 700, 2_000])),
      priority: random.between(0, 2),
      delayMs,
      ttlMs,
      headers: random.pick([undefined, { kind: 'x' }]),
      readyAtMs,
      expiresAtMs: readyAtMs + (ttlMs ?? Number.POSITIVE_INFINITY),
    }
  }

  #send(): void {
    const { random, facts, keys, clock } = this.#memory
    const queue = this.#queue
    const key = queue === 'c' && random.chance(0.6) ? `k${random.between(0, 9)}` : undefined
    const message = this.#outgoing(key === undefined)
    const [fact] = facts.sending(queue, [message])
    if (fact === undefined) return
    const { body, readyAtMs: _, expiresAtMs: __, ...options } = message
    const isSent = (): void => {
      fact.isSent = true
    }
    const onAnswer = key === undefined ? isSent : keys.sending(key, fact, clock.nowMs)
    this.#ask(this.#queues.send(queue, body, { ...options, dedupKey: key }), onAnswer)
  }

  #sendMany(): void {
    const { random, facts } = this.#memory
    const queue = this.#queue
    const messages = Array.from({ length: random.between(2, 5) }, () => this.#outgoing(false))
    const sending = facts.sending(queue, messages)
    const plain = messages.map(({ readyAtMs: _, expiresAtMs: __, ...message }) => message)
    this.#ask(this.#queues.sendMany(queue, plain), () => {
      for (const fact of sending) fact.isSent = true
    })
  }

  #receive(): void {
    const { random, facts, leases } = this.#memory
    const options = { max: random.pick([1, 1, 5]), leaseMs: random.pick([undefined, 10, 100]), timeoutMs: 0 }
    this.#ask(this.#queues.receive(this.#queue, options), (messages, asked) => {
      for (const message of messages) {
        const { body } = facts.of(message.text(), asked)
        leases.push({ lease: message.lease, body })
      }
    })
  }

  /** What is ready in a queue, in order: with the next step it is what happens to these. */
  async #ready(queue: string): Promise<string[]> {
    const messages = await this.#queues.peek(queue, { max: 9_999 }).catch(() => [])
    return messages.map((message) => message.text())
  }

  async #take(): Promise<void> {
    const { random, facts } = this.#memory
    const queue = this.#queue
    const max = random.pick([1, 3])
    const taken = (await this.#ready(queue)).slice(0, max).map((body) => facts.find(body))
    for (const fact of taken) if (fact !== undefined) fact.leaving++
    this.#ask(this.#queues.receive(queue, { max, leaseMs: 0, timeoutMs: 0 }), (messages, asked) => {
      if (messages.length === 0) for (const fact of taken) if (fact !== undefined) fact.leaving-- // It is paused.
      for (const message of messages) isGone(facts.of(message.text(), asked), asked)
    })
  }

  #finish(): void {
    const { random, facts, leases } = this.#memory
    const held = random.pick(leases)
    const fact = facts.find(held?.body ?? '')
    if (held === undefined || fact === undefined) return
    const what = random.between(0, 4)
    if (what > 0) leases.splice(leases.indexOf(held), 1)
    if (what === 0) this.#ask(this.#queues.extend(held.lease, random.pick([5, 80])), () => {})
    else if (what === 1) this.#ask(this.#queues.nack(held.lease, { delayMs: random.pick([0, 0, 20]) }), () => {})
    else {
      fact.leaving++
      const ack =
        what === 2 ? this.#queues.ackMany([held.lease]).then(([outcome]) => outcome) : this.#queues.ack(held.lease)
      this.#ask(ack, (outcome, asked) => {
        if (outcome === 'acked') isGone(fact, asked)
        else fact.leaving--
      })
    }
  }

  #pass(): void {
    const { random, clock } = this.#memory
    clock.nowMs += random.pick([1, 5, 20, 60])
  }

  #createOne(): void {
    this.#create(this.#queue)
  }

  #create(name: string): void {
    const { there } = this.#memory
    this.#askState(there, name, true, this.#queues.create(name, QUEUES[name]))
  }

  async #purge(): Promise<void> {
    const { facts } = this.#memory
    const queue = this.#queue
    const ready = (await this.#ready(queue)).map((body) => facts.find(body))
    // Of those that are not ready some may be delayed.
    for (const fact of facts.in(queue)) fact.leaving++
    this.#ask(this.#queues.purge(queue), (_, asked) => {
      for (const fact of ready) if (fact !== undefined) isGone(fact, asked)
    })
  }

  #redrive(): void {
    const { random, facts } = this.#memory
    for (const fact of facts.in('dead')) fact.mayBeRedriven = true
    this.#ask(this.#queues.redrive('dead', { max: random.pick([undefined, 1]) }), () => {})
  }

  #delete(): void {
    const { facts, there } = this.#memory
    if (there.get('brief') !== true) return
    const all = facts.in('brief')
    for (const fact of all) fact.leaving++
    this.#askState(there, 'brief', false, this.#queues.delete('brief', { force: true }), (asked) => {
      for (const fact of all) isGone(fact, asked)
    })
  }

  #pause(): void {
    const { random, paused } = this.#memory
    const queue = random.pick(['b', 'c'])
    const isPaused = random.chance(0.3)
    this.#askState(paused, queue, isPaused, isPaused ? this.#queues.pause(queue) : this.#queues.resume(queue))
  }
}

function isGone(fact: Fact, goneBy: number): void {
  Object.assign(fact, { isGone: true, goneBy: fact.isGone ? Math.min(fact.goneBy, goneBy) : goneBy })
}
