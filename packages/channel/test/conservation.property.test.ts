import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ClosedError, type CutShortError, type Permit, select } from '../src/index.ts'
import { channel, idle } from './local.ts'

const verbs = ['send', 'trySend', 'sendMany', 'selectSend', 'receive', 'tryReceive', 'receiveMany', 'select'] as const
const others = ['reserve', 'use', 'return', 'abort', 'resize', 'turn'] as const
const step = fc.record({ verb: fc.constantFrom(...verbs, ...verbs, ...others), pick: fc.nat(20) })
const ending = fc.constantFrom('sender.close', 'receiver.close', 'dispose senders')

/** A call that may be aborted, and what became of it: the values it sent, or the values it received. */
interface Call {
  readonly controller: AbortController
  readonly values: Promise<number[]>
}

/** A channel and everything that was ever asked of it, in the order it was asked. */
class Trial {
  readonly sends: Call[] = []
  readonly receives: Call[] = []
  readonly reserves: Call[] = []
  readonly permits: Permit<number>[] = []
  readonly sentByPermit: number[] = []
  readonly ends: ReturnType<typeof channel<number>>
  #next = 0

  constructor(capacity: number) {
    this.ends = channel<number>({ capacity })
  }

  do(verb: (typeof verbs)[number] | (typeof others)[number], pick: number): void {
    const { sender, receiver } = this.ends
    const controller = new AbortController()
    const { signal } = controller
    const value = this.#next++
    const sent = (sending: Promise<unknown>) =>
      this.sends.push({ controller, values: sending.then(() => [value], notSent(value)) })
    const received = (receiving: Promise<number[] | number | undefined>) =>
      this.receives.push({
        controller,
        values: receiving.then((got) => (got === undefined ? [] : [got].flat()), nothing),
      })
    if (verb === 'send') sent(sender.send(value, { signal }))
    else if (verb === 'trySend')
      this.sends.push({ controller, values: Promise.resolve(sender.trySend(value) === 'sent' ? [value] : []) })
    else if (verb === 'selectSend') sent(select([sender.case(value), new Promise(() => {})], { signal }))
    else if (verb === 'sendMany') this.#sendMany(controller, [value, this.#next++, this.#next++])
    else if (verb === 'receive') received(receiver.receive({ signal }))
    else if (verb === 'tryReceive') received(Promise.resolve(receiver.tryReceive()))
    else if (verb === 'receiveMany') received(receiver.receiveMany(1 + (pick % 3), { signal }))
    else if (verb === 'select') received(select([receiver.case()], { signal }).then(({ value }) => value))
    else if (verb === 'reserve') this.#reserve(controller, 1 + (pick % 2))
    else if (verb === 'use') this.#use(value)
    else if (verb === 'return') this.permits.shift()?.[Symbol.dispose]()
    else if (verb === 'resize' && receiver.capacity > 0) receiver.setCapacity(1 + (pick % 4))
    else if (verb === 'abort') {
      const calls = [this.sends, this.receives, this.reserves][pick % 3]
      calls?.[pick % (calls.length || 1)]?.controller.abort('enough')
    }
  }

  #sendMany(controller: AbortController, values: number[]): void {
    const cut = (error: CutShortError<number>) => {
      expect([...values.slice(0, error.sent), ...error.rest]).toEqual(values)
      return values.slice(0, error.sent)
    }
    this.sends.push({
      controller,
      values: this.ends.sender.sendMany(values, { signal: controller.signal }).then(() => values, cut),
    })
  }

  #reserve(controller: AbortController, count: number): void {
    const { sender } = this.ends
    if (sender.capacity < count) return
    const reserving = sender.reserveMany(count, { signal: controller.signal }).then((permits) => {
      this.permits.push(...permits)
      return []
    }, nothing)
    this.reserves.push({ controller, values: reserving })
  }

  #use(value: number): void {
    const permit = this.permits.shift()
    if (permit === undefined) return
    permit.send(value)
    this.sentByPermit.push(value)
  }

  async drain(): Promise<number[]> {
    const values: number[] = []
    for await (const value of this.ends.receiver) values.push(value)
    return values
  }
}

const notSent = (value: number) => (error: unknown) => {
  if (error instanceof ClosedError) expect(error.value).toBe(value)
  else expect(error).toBe('enough')
  return []
}

const nothing = (error: unknown): number[] => {
  if (error instanceof ClosedError || error instanceof RangeError) return []
  expect(error).toBe('enough')
  return []
}

test('every accepted value is received once, in order, by the receivers in their order, and nobody is left waiting', async () => {
  const steps = fc.array(step, { maxLength: 80 })
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 4 }), steps, ending, async (capacity, steps, end) => {
      const trial = new Trial(capacity)
      const { sender, receiver } = trial.ends
      for (const { verb, pick } of steps) {
        const room = Math.max(receiver.capacity, receiver.length + receiver.stats().reserved)
        trial.do(verb, pick)
        if (verb === 'turn') await idle()
        if (verb !== 'resize') expect(receiver.length).toBeLessThanOrEqual(room)
      }
      await idle()
      for (const permit of trial.permits.splice(0)) permit[Symbol.dispose]()
      if (end === 'sender.close') sender.close()
      else if (end === 'receiver.close') receiver.close()
      else sender[Symbol.dispose]()
      trial.receives.push({ controller: new AbortController(), values: trial.drain() })
      await Promise.all(trial.reserves.map(({ values }) => values))
      for (const permit of trial.permits) permit[Symbol.dispose]()

      const gather = async (calls: Call[]) => (await Promise.all(calls.map(({ values }) => values))).flat()
      const [sent, received] = [await gather(trial.sends), await gather(trial.receives)]
      const byPermit = new Set(trial.sentByPermit)
      expect(received.filter((value) => byPermit.has(value))).toEqual(trial.sentByPermit)
      expect(received.filter((value) => !byPermit.has(value)).sort(ascending)).toEqual([...sent].sort(ascending))
      const { length, reserved, waitingSenders, waitingReceivers, ...stats } = receiver.stats()
      expect([length, reserved, waitingSenders, waitingReceivers]).toEqual([0, 0, 0, 0])
      expect([stats.sent, stats.received]).toEqual([received.length, received.length])
      // The values of a sendMany may have others between them, so the order of the calls is that of the values without it.
      if (!steps.some(({ verb }) => verb === 'sendMany'))
        expect(received.filter((value) => !byPermit.has(value))).toEqual(sent)
    }),
    { numRuns: 2000 },
  )
})

const ascending = (a: number, b: number): number => a - b
