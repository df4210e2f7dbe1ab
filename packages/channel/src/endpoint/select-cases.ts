import type { Place } from '@millrace/notify'
import type { Value } from '@millrace/ring'
import { ClosedError } from '../errors.ts'
import type { Race, SelectCase, Withdraw } from '../select/api.ts'
import type { Core } from './core.ts'
import type { ChannelEndpoint } from './endpoint.ts'
import type { Arrivals, RoomGiver, RoomWait, ValueWait } from './waits.ts'

/** A place in an order of a channel that a select can give up. */
class CasePlace implements Place {
  readonly owner: object
  previous: Place | undefined
  next: Place | undefined
  list: { remove(place: Place): void } | undefined

  constructor(owner: object) {
    this.owner = owner
  }

  withdraw(): void {
    this.list?.remove(this)
  }
}

/** Receives from a channel if it wins. */
export class ReceiveCase<T extends Value> implements SelectCase<'receive', T | undefined> {
  readonly kind = 'receive'
  readonly #channel: Core<T>
  readonly #owner: ChannelEndpoint<T>

  constructor(channel: Core<T>, owner: ChannelEndpoint<T>) {
    this.#channel = channel
    this.#owner = owner
  }

  attempt(): { readonly value: T | undefined } | undefined {
    if (this.#owner.disposed) return { value: undefined }
    const value = this.#channel.take()
    if (value !== undefined) return { value }
    const { end } = this.#channel
    if (end === undefined) return undefined
    if (end.error !== undefined) throw end.error
    return { value: undefined }
  }

  enlist(race: Race<T | undefined>): Withdraw {
    const place = new ReceivePlace<T>(this.#owner, race)
    this.#channel.parkReceiver(place)
    return () => place.withdraw()
  }
}

class ReceivePlace<T extends Value> extends CasePlace implements ValueWait<T> {
  readonly #race: Race<T | undefined>

  constructor(owner: object, race: Race<T | undefined>) {
    super(owner)
    this.#race = race
  }

  take(arrivals: Arrivals<T>): void {
    this.#race.win(arrivals.pop())
  }

  end(): void {
    this.#race.win(undefined)
  }

  fail(reason: unknown): void {
    this.#race.lose(reason)
  }
}

/** Sends to a channel if it wins. */
export class SendCase<T extends Value> implements SelectCase<'send', void> {
  readonly kind = 'send'
  readonly #channel: Core<T>
  readonly #owner: ChannelEndpoint<T>
  readonly #value: T

  constructor(channel: Core<T>, owner: ChannelEndpoint<T>, value: T) {
    this.#channel = channel
    this.#owner = owner
    this.#value = value
  }

  attempt(): { readonly value: undefined } | undefined {
    const outcome = this.#owner.disposed ? 'closed' : this.#channel.trySend(this.#value)
    if (outcome === 'closed') throw new ClosedError(this.#value)
    if (outcome === 'full' && this.#channel.overflowing(this.#value) === 'waits') return undefined
    return { value: undefined }
  }

  enlist(race: Race<void>): Withdraw {
    const place = new SendPlace<T>(this.#owner, race, this.#value)
    this.#channel.parkSender(place)
    return () => place.withdraw()
  }
}

class SendPlace<T extends Value> extends CasePlace implements RoomWait<T> {
  readonly room: number = 1
  readonly #race: Race<void>
  readonly #value: T

  constructor(owner: object, race: Race<void>, value: T) {
    super(owner)
    this.#race = race
    this.#value = value
  }

  admit(giver: RoomGiver<T>): void {
    giver.put(this.#value)
    this.#race.win()
  }

  refuse(): void {
    this.fail(new ClosedError(this.#value))
  }

  fail(reason: unknown): void {
    this.#race.lose(reason)
  }
}
