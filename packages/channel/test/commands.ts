import { expect, vi } from 'vitest'
import { type ChannelSender, type ClosedError, type CutShortError, select } from '../src/index.ts'
import type { Ledger } from './ledger.ts'

/** One thing that may be done with a channel; `pick` decides among the ways to do it. */
export type Command = (ledger: Ledger, pick: number) => void

const MOST_ENDPOINTS = 4
const never = new Promise<never>(() => {})

function one<R>(from: readonly R[], pick: number): R {
  return from[pick % from.length] as R
}

const alive = <E extends { readonly disposed: boolean }>(endpoints: readonly E[]) =>
  endpoints.filter(({ disposed }) => !disposed)

const isLate = (ledger: Ledger, sender: ChannelSender<number>) => sender.disposed || ledger.closed !== undefined

/** Whoever sends: each value is written down as sent or as given back, once. */
export const sends: Record<string, Command> = {
  send(ledger, pick) {
    const [sender, value] = [one(ledger.senders, pick), ledger.value()]
    const late = isLate(ledger, sender)
    const accepted = () => expect([ledger.sent.alone.push(value) > 0, late]).toEqual([true, false])
    const back = (error: unknown) => ledger.giveBack(value, error, sender)
    ledger.note('send', [sender], sender.send(value, ledger.limits(pick)), accepted, back)
  },
  trySend(ledger, pick) {
    const [sender, value] = [one(ledger.senders, pick), ledger.value()]
    const late = isLate(ledger, sender)
    const outcome = sender.trySend(value)
    // An `onDrop` of this very call may have closed the channel.
    if (outcome !== 'closed') expect(late).toBe(false)
    else expect(isLate(ledger, sender)).toBe(true)
    if (outcome === 'sent') ledger.sent.alone.push(value)
    else ledger.returned.push(value)
  },
  sendMany(ledger, pick) {
    const sender = one(ledger.senders, pick)
    const values = Array.from({ length: pick % 5 }, () => ledger.value())
    ledger.batches.push(values)
    const went = (count: number) => ledger.sent['with others'].push(...values.slice(0, count))
    const cut = (error: CutShortError<number>) => {
      expect(error.code).toBe('cut-short')
      went(error.sent)
      const [first, ...rest] = [...error.rest]
      expect([first, ...rest]).toEqual(values.length === error.sent ? [undefined] : values.slice(error.sent))
      if (first !== undefined) ledger.giveBack(first, error.cause, sender)
      ledger.returned.push(...rest)
    }
    const given = pick % 2 === 0 ? values : values.values()
    const sent = (count: number) => expect([went(count) >= 0, count]).toEqual([true, values.length])
    ledger.note(
      'sendMany',
      [sender],
      sender.sendMany(given, ledger.limits(pick)),
      sent,
      cut as (error: unknown) => void,
    )
  },
  selectSend(ledger, pick) {
    const [sender, value] = [one(ledger.senders, pick), ledger.value()]
    if (sender.disposed) return
    const choosing = select([sender.case(value), never], ledger.limits(pick))
    const back = (error: unknown) => ledger.giveBack(value, error, sender)
    ledger.note('selectSend', [sender], choosing, () => ledger.sent.alone.push(value), back)
  },
  use(ledger) {
    const permit = ledger.permits.shift()
    if (permit === undefined) return
    const value = ledger.value()
    const refused = ledger.refuses
    try {
      permit.send(value)
      ledger.sent['by permit'].push(value)
      expect(refused).toBe(false)
    } catch (error) {
      expect([refused, (error as ClosedError).value]).toEqual([true, value])
      ledger.returned.push(value)
    }
  },
}

const some = (value: number | undefined) => (value === undefined ? [] : [value])

/** Whoever receives. */
export const receives: Record<string, Command> = {
  receive(ledger, pick) {
    const receiver = one(ledger.receivers, pick)
    ledger.receive('receive', receiver, receiver.receive(ledger.limits(pick)), some)
  },
  tryReceive(ledger, pick) {
    try {
      ledger.receipts.push(some(one(ledger.receivers, pick).tryReceive()))
    } catch (error) {
      expect([error, ledger.closed?.error]).toEqual(['burst', 'burst'])
    }
  },
  receiveMany(ledger, pick) {
    const receiver = one(ledger.receivers, pick)
    const max = 1 + (pick % 3)
    ledger.receive('receiveMany', receiver, receiver.receiveMany(max, ledger.limits(pick)), (values) => {
      expect(values.length).toBeLessThanOrEqual(max)
      return values
    })
  },
  next(ledger, pick) {
    const receiver = one(ledger.receivers, pick)
    const next = receiver[Symbol.asyncIterator]().next()
    ledger.receive('next', receiver, next, ({ value }) => some(value as number | undefined))
  },
  selectReceive(ledger, pick) {
    const receiver = one(ledger.receivers, pick)
    if (receiver.disposed) return
    const choosing = select([receiver.case(), never], ledger.limits(pick))
    ledger.receive('selectReceive', receiver, choosing, ({ value }) => some(value))
  },
  /** Sends or receives, on the same channel: just one of the two happens. */
  selectEither(ledger, pick) {
    const [sender, receiver, value] = [one(ledger.senders, pick), one(ledger.receivers, pick), ledger.value()]
    if (sender.disposed || receiver.disposed) return
    const receipt: number[] = []
    ledger.receipts.push(receipt)
    const choosing = select([sender.case(value), receiver.case()], ledger.limits(pick))
    const chosen = (result: Awaited<typeof choosing>) => {
      if (result.kind === 'send') ledger.sent.alone.push(value)
      else ledger.returned.push(value)
      receipt.push(...some(result.value ?? undefined))
      if (result.kind === 'receive' && result.value === undefined) ledger.mayEnd(receiver)
    }
    ledger.note('selectEither', [sender, receiver], choosing, chosen, (error) => ledger.giveBack(value, error, sender))
  },
}

/** Whatever else may happen while a channel is open. */
export const others: Record<string, Command> = {
  reserve(ledger, pick) {
    const sender = one(ledger.senders, pick)
    if (sender.capacity === 0) return
    const count = 1 + (pick % Math.min(sender.capacity, 3))
    const failed = (error: unknown) => {
      if (!(error instanceof RangeError)) ledger.mayFail(error, sender)
    }
    const held = (permits: typeof ledger.permits) => expect(ledger.permits.push(...permits)).toBeGreaterThan(0)
    ledger.note('reserve', [sender], sender.reserveMany(count, ledger.limits(pick)), held, failed)
  },
  giveRoomBack: (ledger) => ledger.permits.shift()?.[Symbol.dispose](),
  abort: (ledger, pick) => ledger.controllers.splice(-1 - (pick % 4), 1)[0]?.abort('enough'),
  passTime: () => void vi.advanceTimersByTime(1),
  resize(ledger, pick) {
    const [receiver] = alive(ledger.receivers)
    const isFixed = ledger.local.capacity === 0 || ledger.local.capacity === Number.POSITIVE_INFINITY
    if (!isFixed) receiver?.setCapacity(1 + (pick % 4))
  },
  cloneSender(ledger, pick) {
    const [sender] = alive(ledger.senders)
    if (sender === undefined || ledger.senders.length === MOST_ENDPOINTS) return
    const clone = pick % 2 === 0 ? sender.clone() : ledger.weak.upgrade()
    expect(clone === undefined).toBe(pick % 2 === 1 && ledger.closed !== undefined)
    if (clone !== undefined) ledger.senders.push(clone as ChannelSender<number>)
  },
  cloneReceiver(ledger) {
    if (alive(ledger.receivers).length === 0 || ledger.receivers.length === MOST_ENDPOINTS) return
    ledger.receivers.push(ledger.newReceiver())
  },
  disposeOneSender(ledger, pick) {
    if (alive(ledger.senders).length > 1) dispose(ledger, 'sender', pick)
  },
  disposeOneReceiver(ledger, pick) {
    if (alive(ledger.receivers).length > 1) dispose(ledger, 'receiver', pick)
  },
}

/** The ways a channel closes. The book closes first: what is dropped meanwhile may close it again. */
export const endings: Record<string, Command> = {
  closeSender(ledger, pick) {
    const error = pick % 2 === 0 ? undefined : 'burst'
    const [sender] = alive(ledger.senders)
    if (sender !== undefined) ledger.close('sender', error)
    sender?.close(error)
  },
  closeReceiver(ledger) {
    const [receiver] = alive(ledger.receivers)
    if (receiver !== undefined) ledger.close('receiver')
    receiver?.close()
  },
  disposeSenders(ledger) {
    while (alive(ledger.senders).length > 0) dispose(ledger, 'sender', 0)
  },
  disposeReceivers(ledger) {
    while (alive(ledger.receivers).length > 0) dispose(ledger, 'receiver', 0)
  },
}

function dispose(ledger: Ledger, side: 'sender' | 'receiver', pick: number): void {
  const endpoints = alive<{ readonly disposed: boolean } & Disposable>(
    side === 'sender' ? ledger.senders : ledger.receivers,
  )
  if (endpoints.length === 1) ledger.close(side)
  one(endpoints, pick)[Symbol.dispose]()
}

/** What is done by the `onDrop` of a later step: in the midst of a send, a reservation, a select or a dispose. */
export const fromWithin: Record<string, Command> = {
  endUponDrop: (ledger, pick) => void ledger.uponDrop.push(() => one(Object.values(endings), pick)(ledger, pick >> 2)),
  disposeUponDrop: (ledger, pick) =>
    void ledger.uponDrop.push(() => others[pick % 2 === 0 ? 'disposeOneSender' : 'disposeOneReceiver']?.(ledger, pick)),
}
