import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type LeaseOf, UNHEARD } from '../src/state/changes.ts'
import { QueueState } from '../src/state/queue-state.ts'
import type { NewMessage } from '../src/state/stored.ts'

/** A message as the model knows it. */
interface Known {
  readonly number: number
  readonly priority: number
  readonly expiresAtMs: number
  turn: number
  deliveries: number
  state: 'ready' | 'delayed' | 'leased'
  dueAtMs: number
}

/** A queue as one would write it without a thought for speed: a list, searched from end to end. */
class Model {
  messages: Known[] = []
  readonly buried: number[] = []
  readonly maxDeliveries: number
  readonly byPriority: boolean
  #number = 1
  #turn = 1

  constructor(maxDeliveries: number, byPriority: boolean) {
    this.maxDeliveries = maxDeliveries
    this.byPriority = byPriority
  }

  add(priority: number, delayMs: number, ttlMs: number, nowMs: number): number {
    const number = this.#number++
    const message: Known = {
      number,
      priority,
      expiresAtMs: nowMs + delayMs + ttlMs,
      turn: 0,
      deliveries: 0,
      state: 'delayed',
      dueAtMs: nowMs + delayMs,
    }
    this.messages.push(message)
    if (delayMs === 0) this.#makeReady(message)
    return number
  }

  settle(nowMs: number): void {
    for (const message of this.#due('leased', nowMs)) this.#giveBack(message, 0, nowMs)
    for (const message of this.#due('delayed', nowMs)) this.#makeReady(message)
    const isOld = ({ deliveries, expiresAtMs }: Known) => deliveries === 0 && expiresAtMs <= nowMs
    this.messages = this.messages.filter((message) => !isOld(message))
  }

  get ready(): Known[] {
    const isBefore = (a: Known, b: Known) => (this.byPriority ? b.priority - a.priority : 0) || a.turn - b.turn
    return this.messages.filter(({ state }) => state === 'ready').sort(isBefore)
  }

  take(leaseMs: number, nowMs: number): Known | undefined {
    const [message] = this.ready
    if (message === undefined) return undefined
    message.deliveries++
    if (leaseMs === 0) this.#forget(message)
    else Object.assign(message, { state: 'leased', dueAtMs: nowMs + leaseMs })
    return message
  }

  /** What the holder of a lease does. */
  act(number: number, delivery: number, what: 'ack' | 'release' | 'extend', ms: number, nowMs: number): string {
    const message = this.messages.find((each) => each.number === number)
    if (message === undefined) return 'missing'
    if (message.state !== 'leased' || message.deliveries !== delivery) return 'requeued'
    if (what === 'ack') this.#forget(message)
    else if (what === 'release') this.#giveBack(message, ms, nowMs)
    else message.dueAtMs = nowMs + ms
    return what === 'ack' ? 'acked' : 'held'
  }

  #due(state: Known['state'], nowMs: number): Known[] {
    const isDue = (message: Known) => message.state === state && message.dueAtMs <= nowMs
    return this.messages.filter(isDue).sort((a, b) => a.dueAtMs - b.dueAtMs || a.number - b.number)
  }

  #makeReady(message: Known): void {
    message.state = 'ready'
    message.turn ||= this.#turn++
  }

  #giveBack(message: Known, delayMs: number, nowMs: number): void {
    if (message.deliveries >= this.maxDeliveries) {
      this.#forget(message)
      this.buried.push(message.number)
    } else if (delayMs === 0) this.#makeReady(message)
    else Object.assign(message, { state: 'delayed', dueAtMs: nowMs + delayMs })
  }

  #forget(message: Known): void {
    this.messages = this.messages.filter((each) => each !== message)
  }
}

const step = fc.oneof(
  fc.record({
    kind: fc.constant('add' as const),
    priority: fc.nat(3),
    delayMs: fc.constantFrom(0, 0, 5, 20),
    ttlMs: fc.constantFrom(Number.POSITIVE_INFINITY, 30),
  }),
  fc.record({ kind: fc.constant('take' as const), leaseMs: fc.constantFrom(0, 10, 25) }),
  fc.record({
    kind: fc.constantFrom('ack', 'release', 'extend' as const),
    which: fc.nat(9),
    ms: fc.constantFrom(0, 7, 40),
  }),
  fc.record({ kind: fc.constant('pass' as const), ms: fc.nat(15) }),
  fc.record({ kind: fc.constant('purge' as const), chance: fc.nat(9) }),
)

const message = (priority: number, delayMs: number, ttlMs: number): NewMessage => ({
  body: new Uint8Array(1),
  headers: {},
  bytes: 1,
  priority,
  from: undefined,
  delayMs,
  ttlMs,
  start: 0,
  length: 0,
  dedupKey: undefined,
})

describe('a queue', () => {
  test('does what a plain list would, whatever is done to it, and its counts add up', () => {
    const property = fc.property(
      fc.array(step, { maxLength: 80 }),
      fc.constantFrom(1, 2, Number.POSITIVE_INFINITY),
      fc.boolean(),
      (steps, maxDeliveries, byPriority) => {
        const buried: number[] = []
        const rules = { capacity: 1e6, capacityBytes: 1e9, maxDeliveries, byPriority, dedupMs: 0 }
        const state = new QueueState(
          rules,
          1,
          UNHEARD,
          ({ number }) =>
            () =>
              buried.push(number),
        )
        const model = new Model(maxDeliveries, byPriority)
        const leases: LeaseOf[] = []
        let nowMs = 0
        for (const each of steps) {
          if (each.kind === 'pass') nowMs += each.ms
          state.settle(nowMs)
          model.settle(nowMs)
          if (each.kind === 'add') {
            const id = state.add(message(each.priority, each.delayMs, each.ttlMs), nowMs)
            expect(id).toBe(String(model.add(each.priority, each.delayMs, each.ttlMs, nowMs)))
          } else if (each.kind === 'take') {
            const [taken] = state.take(1, each.leaseMs, nowMs)
            expect(taken?.number).toBe(model.take(each.leaseMs, nowMs)?.number)
            if (taken !== undefined) leases.push({ epoch: 1, number: taken.number, delivery: taken.deliveries })
          } else if (each.kind === 'purge') {
            if (each.chance > 0) continue
            state.purge(1e6)
            model.messages = model.messages.filter((known) => known.state === 'leased')
          } else if (each.kind !== 'pass') {
            const lease = leases.at(-1 - each.which)
            if (lease === undefined) continue
            const ms = each.kind === 'extend' ? each.ms + 1 : each.ms
            const outcome =
              each.kind === 'ack'
                ? state.ack(lease)
                : each.kind === 'release'
                  ? state.nack(lease, ms, nowMs)
                  : state.extend(lease, ms, nowMs)
            expect(outcome).toBe(model.act(lease.number, lease.delivery, each.kind, ms, nowMs))
          }
          state.settle(nowMs)
          model.settle(nowMs)
          expect(state.peek(99).map(({ number }) => number)).toEqual(model.ready.map(({ number }) => number))
          const count = (kind: string) => model.messages.filter((known) => known.state === kind).length
          expect([state.ready, state.delayed, state.inFlight]).toEqual(['ready', 'delayed', 'leased'].map(count))
          expect(state.bytes).toBe(model.messages.length)
          const { sent, acked, dead, expired, purged } = state.tallies
          expect(sent).toBe(acked + dead + expired + purged + model.messages.length)
        }
        expect(buried).toEqual(model.buried)
      },
    )
    fc.assert(property, { numRuns: 1_000 })
  })
})
