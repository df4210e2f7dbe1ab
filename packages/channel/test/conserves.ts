import fc from 'fast-check'
import { expect } from 'vitest'
import type { Overflow } from '../src/index.ts'
import { type Command, endings, fromWithin, others, receives, sends } from './commands.ts'
import { Ledger, type Open } from './ledger.ts'
import { idle } from './local.ts'

const commands: Record<string, Command> = { ...sends, ...receives, ...others, ...fromWithin, ...endings }
/** For those whose outcomes come a few turns late. */
const MOST_TURNS = 200
const overflow = fc.constantFrom<Overflow>('wait', 'wait', 'drop-oldest', 'drop-newest', 'reject')

/** Only some of the verbs in a run: what needs several of a kind in a row is found much sooner than among all of them. */
const stepsOf = (verbs: readonly string[]) =>
  fc.subarray([...verbs], { minLength: 3, maxLength: 9 }).chain((some) => {
    const verb = fc.oneof(
      { weight: 60, arbitrary: fc.constantFrom(...some, 'send', 'receive', 'turn') },
      { weight: 1, arbitrary: fc.constantFrom(...Object.keys(endings)) },
    )
    return fc.array(fc.record({ verb, pick: fc.nat(59) }), { maxLength: 60, size: 'max' })
  })
const ending = fc.record({ verb: fc.constantFrom(...Object.keys(endings)), pick: fc.nat(1) })

/** What is done at random to channels of a kind. */
export interface Runs {
  readonly capacity: fc.Arbitrary<number>
  /** Verbs that the kind does not have. */
  readonly without?: readonly string[]
  readonly numRuns: number
}

/** Fails unless every accepted value is received once or reported, in order, and nobody is left waiting. Time passes only when a step says so. */
export async function conserves(open: Open, { capacity, without = [], numRuns }: Runs): Promise<void> {
  const usual = ['turn', ...Object.keys({ ...sends, ...receives, ...others, ...fromWithin })]
  const steps = stepsOf(usual.filter((verb) => !without.includes(verb)))
  await fc.assert(
    fc.asyncProperty(capacity, overflow, steps, ending, async (capacity, overflow, steps, ending) => {
      fc.pre(capacity > 0 || overflow !== 'drop-oldest')
      const ledger = new Ledger(capacity, overflow, open)
      for (const { verb, pick } of steps) {
        const before = ledger.local.stats()
        if (verb === 'turn') await settleDown(ledger)
        else commands[verb]?.(ledger, pick)
        const { length, reserved, capacity: most } = ledger.local.stats()
        expect(length + reserved).toBeLessThanOrEqual(Math.max(most, before.length + before.reserved))
      }
      await settleDown(ledger)
      commands[ending.verb]?.(ledger, ending.pick)
      await windUp(ledger)
      checkConservation(ledger)
      checkOrder(ledger)
      checkStats(ledger)
    }),
    { numRuns },
  )
}

/** Lets everything happen that can; whoever waits then has a reason to. */
async function settleDown(ledger: Ledger): Promise<void> {
  await idle()
  await soon(() => checkSettled(ledger))
}

/** Passes as soon as the check does: what wakes a thread through shared memory takes some turns of its event loop. */
async function soon(check: () => void): Promise<void> {
  for (let turns = 0; ; turns++) {
    try {
      check()
      return
    } catch (error) {
      if (turns === MOST_TURNS) throw error
    }
    await idle()
  }
}

function checkSettled(ledger: Ledger): void {
  if (ledger.failures.length > 0) throw ledger.failures[0]
  const { length, free, reserved, waitingSenders, waitingReceivers, capacity } = ledger.local.stats()
  expect(ledger.pending().filter(({ endpoints }) => endpoints.some(({ disposed }) => disposed))).toEqual([])
  if (waitingReceivers > 0) expect(length).toBe(0)
  if (waitingSenders > 0 && ledger.pending('reserve').length === 0) expect(free).toBe(0)
  if (capacity === 0 && ledger.pending('selectEither').length === 0)
    expect(Math.min(waitingSenders, waitingReceivers)).toBe(0)
  if (ledger.closed !== undefined) expect(waitingSenders).toBe(0)
  if (ledger.closed !== undefined && length === 0 && (reserved === 0 || ledger.refuses))
    expect(waitingReceivers).toBe(0)
}

/** After the close: a permit is used and the others are given back, what is there is received, and then every call has to be over. */
async function windUp(ledger: Ledger): Promise<void> {
  await settleDown(ledger)
  sends['use']?.(ledger, 0)
  for (const permit of ledger.permits.splice(0)) permit[Symbol.dispose]()
  const receiver = ledger.receivers.find(({ disposed }) => !disposed)
  if (receiver !== undefined) {
    const drained: number[] = []
    ledger.receipts.push(drained)
    try {
      for await (const value of receiver) drained.push(value)
    } catch (error) {
      ledger.mayFail(error, receiver)
    }
  }
  await settleDown(ledger)
  for (const permit of ledger.permits.splice(0)) permit[Symbol.dispose]()
  await settleDown(ledger)
  await soon(() => expect(ledger.pending()).toEqual([]))
}

function checkConservation({ sent, returned, receipts, dropped, local, receivers }: Ledger): void {
  const accepted = Object.values(sent).flat()
  const gone = dropped.map(([value]) => value)
  expect([...receipts.flat(), ...gone].sort(ascending)).toEqual(accepted.sort(ascending))
  expect(new Set([...accepted, ...returned]).size).toBe(accepted.length + returned.length)
  for (const [, why] of dropped) {
    if (why === 'closed') expect(receivers.every(({ disposed }) => disposed)).toBe(true)
    else if (why === 'oldest') expect(local.overflow).toBe('drop-oldest')
    else expect(['drop-oldest', 'drop-newest']).toContain(local.overflow)
  }
}

/** Receives, in the order they began, get values in the order they were sent, across all endpoints. */
function checkOrder({ sent, batches, receipts }: Ledger): void {
  const received = receipts.flat()
  const order = new Map(received.map((value, index) => [value, index]))
  for (const values of [sent.alone.toSorted(ascending), sent['by permit'], ...batches]) {
    const places = values.map((value) => order.get(value)).filter((place) => place !== undefined)
    expect(places).toEqual(places.toSorted(ascending))
  }
}

function checkStats({ sent, receipts, dropped, local, senders, receivers }: Ledger): void {
  // Nobody has it any more, and where it was there may be another.
  if (local.isGone) return
  const newest = dropped.filter(([, why]) => why === 'newest').length
  expect(local.stats()).toEqual({
    length: 0,
    capacity: local.capacity,
    free: local.capacity,
    reserved: 0,
    senders: senders.filter(({ disposed }) => !disposed).length,
    receivers: receivers.filter(({ disposed }) => !disposed).length,
    sent: Object.values(sent).flat().length - newest,
    received: receipts.flat().length,
    dropped: dropped.length,
    waitingSenders: 0,
    waitingReceivers: 0,
  })
}

const ascending = (a: number, b: number): number => a - b
