import { expect } from 'vitest'
import {
  boundedChannel,
  ChannelReceiver,
  ChannelSender,
  type DropReason,
  type LocalChannel,
  type Overflow,
  type Permit,
  unboundedChannel,
  type WaitOptions,
  type WeakSender,
} from '../src/index.ts'

/** What the book needs of a channel: its state, and endpoints. */
export interface Bookable {
  readonly core: Pick<LocalChannel<number>, 'capacity' | 'length' | 'overflow' | 'stats'> & {
    readonly isGone?: boolean
  }
  newSender(): ChannelSender<number>
  newReceiver(): ChannelReceiver<number>
}

/** Makes a channel to keep the book of. */
export type Open = (capacity: number, overflow: Overflow, onDrop: (value: number, why: DropReason) => void) => Bookable

/** A channel of one event loop. */
export const openLocal: Open = (capacity, overflow, onDrop) => {
  const isBounded = capacity < Number.POSITIVE_INFINITY
  const core = isBounded ? boundedChannel({ capacity, overflow, onDrop }) : unboundedChannel({ onDrop })
  return { core, newSender: () => new ChannelSender(core), newReceiver: () => new ChannelReceiver(core) }
}

/** A call that was made, and whether it is over. */
export interface Call {
  readonly verb: string
  readonly endpoints: readonly { readonly disposed: boolean }[]
  settled: boolean
}

/** How a value was sent: alone, with others, or with a permit. */
export type Way = 'alone' | 'with others' | 'by permit'

/**
 * A channel, and the book of everything that was ever asked of it: each value is in the channel or with its caller.
 *
 * Values are numbers that grow from call to call, so their order is the order of the calls.
 */
export class Ledger {
  readonly local: Bookable['core']
  readonly newReceiver: Bookable['newReceiver']
  readonly senders: ChannelSender<number>[]
  readonly receivers: ChannelReceiver<number>[]
  readonly weak: WeakSender<number>
  readonly permits: Permit<number>[] = []
  readonly controllers: AbortController[] = []
  readonly calls: Call[] = []
  /** What does not hold and was found while nobody could be told. */
  readonly failures: unknown[] = []
  /** The values by the way they were sent; those by permit in the order they went in. */
  readonly sent: Record<Way, number[]> = { alone: [], 'with others': [], 'by permit': [] }
  /** What was given to each sendMany. */
  readonly batches: number[][] = []
  readonly returned: number[] = []
  readonly dropped: (readonly [number, DropReason])[] = []
  /** What `onDrop` is to do, one of these a drop. */
  readonly uponDrop: (() => void)[] = []
  /** What each receive got, in the order of the calls. */
  readonly receipts: number[][] = []
  /** How the channel closed. */
  closed: { readonly error: unknown } | undefined
  /** Whether the receiving side closed: permits are worth nothing. */
  refuses = false
  #next = 0

  constructor(capacity: number, overflow: Overflow, open: Open = openLocal) {
    const onDrop = (value: number, why: DropReason) => {
      this.dropped.push([value, why])
      // The first values are promised to those who wait for one.
      if (open === openLocal && why === 'oldest' && this.local.stats().waitingReceivers > 0)
        this.failures.push(new Error(`${value} was promised`))
      this.uponDrop.shift()?.()
    }
    const { core, newSender, newReceiver } = open(capacity, overflow, onDrop)
    this.local = core
    this.newReceiver = newReceiver
    const sender = newSender()
    this.senders = [sender]
    this.receivers = [newReceiver()]
    this.weak = sender.downgrade()
  }

  value(): number {
    return this.#next++
  }

  /** What may end a call early: a signal that a later step aborts, a time that later steps let pass, or nothing. */
  limits(pick: number): WaitOptions | undefined {
    if (pick % 3 === 0) return undefined
    if (pick % 3 === 1) return { timeoutMs: pick % 5 }
    const controller = new AbortController()
    this.controllers.push(controller)
    return { signal: controller.signal }
  }

  /** Writes down a call; one of the two is told what became of it. */
  note<R>(
    verb: string,
    endpoints: Call['endpoints'],
    outcome: Promise<R>,
    kept: (result: R) => void,
    failed: (error: unknown) => void,
  ): void {
    const call: Call = { verb, endpoints, settled: false }
    this.calls.push(call)
    void outcome
      .then(kept, failed)
      .catch((failure: unknown) => this.failures.push(failure))
      .finally(() => {
        call.settled = true
      })
  }

  pending(verb?: string): Call[] {
    return this.calls.filter((call) => !call.settled && (verb === undefined || call.verb === verb))
  }

  /** Writes down a receive that is called now; what it gets is told later. */
  receive<R>(
    verb: string,
    receiver: ChannelReceiver<number>,
    outcome: Promise<R>,
    values: (result: R) => number[],
  ): void {
    const receipt: number[] = []
    this.receipts.push(receipt)
    const kept = (result: R) => {
      receipt.push(...values(result))
      if (receipt.length === 0) this.mayEnd(receiver)
    }
    this.note(verb, [receiver], outcome, kept, (error) => this.mayFail(error, receiver))
  }

  /** Fails for a receive that ended although the channel has not, nor its endpoint. */
  mayEnd(receiver: { readonly disposed: boolean }): void {
    if (receiver.disposed) return
    expect(this.closed).toEqual({ error: undefined })
    if (!this.refuses) expect([this.local.length, this.local.stats().reserved]).toEqual([0, 0])
  }

  /** The value came back to its caller, with this error if there is one. */
  giveBack(value: number, error: unknown, endpoint: { readonly disposed: boolean }): void {
    this.returned.push(value)
    this.mayFail(error, endpoint)
    const { code } = Object(error) as { code?: string }
    if (code === 'closed' || code === 'full') expect((error as { value: unknown }).value).toBe(value)
  }

  /** Fails for an error that nothing gave a reason for. */
  mayFail(error: unknown, endpoint: { readonly disposed: boolean }): void {
    const { code } = Object(error) as { code?: string }
    if (error === 'burst') expect(this.closed?.error).toBe('burst')
    else if (code === 'closed') expect(endpoint.disposed || this.closed !== undefined).toBe(true)
    else if (code === 'full') expect(this.local.overflow).toBe('reject')
    else expect([code, error]).toContain(error === 'enough' ? 'enough' : 'timeout')
  }

  /** Closes the book's side of the channel: only the first close says how. */
  close(side: 'sender' | 'receiver', error?: unknown): void {
    this.closed ??= { error }
    if (side === 'receiver') this.refuses = true
  }
}
