import {
  type Arena,
  arenaOf,
  attachArena,
  KIND,
  KIND_LAZY,
  type ObjectHandle,
  slotQueue,
  USER,
  words,
} from '@millrace/atomics'
import { checkNames, show } from '@millrace/notify'
import type { Value } from '@millrace/ring'
import { type Codec, checkCodec, codecOf, layoutHash } from '@millrace/ring/codec'
import type { Overflow, OverflowOptions } from '../api.ts'
import { checkOnDrop, checkOverflow, OVERFLOWS } from '../options.ts'
import type { SharedHandle } from './api.ts'
import { SharedChannel } from './channel.ts'
import type { DeclaredProducer } from './declared-producer.ts'
import { gone, MOST_RECEIVERS, MOST_SENDERS, Place } from './place.ts'
import { REASON_BYTES } from './reason.ts'
import { slotBytesOf, slotsOf } from './slots-of.ts'
import { Store } from './store.ts'

/** What a shared channel is made with. */
export interface SharedChannelOptions<T extends Value> extends OverflowOptions<T> {
  /** The most values that wait in the channel: an integer from 1 to 2 ** 26. All of their memory is taken at once. */
  readonly capacity: number
  /** How values become bytes. */
  readonly codec: Codec<T>
  /**
   * Declares that there is one sender at a time, as there is one receiver: numbers then go through a ring that neither side
   * ever claims a place in, several times faster in batches. What a sender has not shown yet dies with its thread: at most 64
   * values of its last synchronous run. Room cannot be reserved. Only where there is one receiver, and for codecs of numbers.
   */
  readonly producers?: 1 | undefined
  /** Where it lies; by default the arena of this thread. */
  readonly arena?: Arena | undefined
}

/** What a kind of shared channel has less of than others. */
interface Restrictions {
  /** The overflows it may have; by default all. */
  readonly overflows?: readonly Overflow[]
  /** How many receivers there may be at the same time; by default any number. */
  readonly receivers?: number
  /** How one producer may be declared; by default it may not. */
  readonly declared?: DeclaredProducer
}

/** Words of the object that say what it is: of its codec the hash, of its options the number of the overflow. */
const HASH = USER
const OVERFLOW = USER + 4

/** The channels this thread has something of, so that all of its endpoints of one stand in one order. */
const open = new Map<string, SharedChannel<Value>>()

/** Makes a shared channel. Throws `TypeError` or `RangeError` for options that make none, naming the option and the value. */
export function openShared<T extends Value>(
  options: SharedChannelOptions<T>,
  { overflows, receivers, declared }: Restrictions = {},
): { channel: SharedChannel<T>; handle: SharedHandle<T> } {
  checkNames(options, ['capacity', 'codec', 'overflow', 'onDrop', 'producers', 'arena'])
  const { capacity, codec, overflow = 'wait', onDrop, producers } = options
  if (!Number.isInteger(capacity) || capacity < 1 || capacity > 2 ** 26) {
    throw new RangeError(`capacity: expected an integer from 1 to 2 ** 26, got ${show(capacity)}`)
  }
  checkCodec('codec', codec)
  checkOverflow(overflow, overflows)
  checkOnDrop(onDrop)
  checkProducers(producers, codec, declared)
  const arena = arenaOf(options)
  const object =
    declared === undefined || producers === undefined
      ? slotQueue(arena, { capacity, slotBytes: slotBytesOf(codec), dataBytes: REASON_BYTES })
      : declared.make(arena, { capacity, slotBytes: codec.maxBytes, dataBytes: REASON_BYTES })
  words.store(arena, object + HASH, layoutHash(codec))
  words.store(arena, object + OVERFLOW, OVERFLOWS.indexOf(overflow))
  words.store(arena, object + MOST_SENDERS, producers ?? 0)
  words.store(arena, object + MOST_RECEIVERS, receivers ?? 0)
  const handle: SharedHandle<T> = { ...arena.handle(object), kind: 'millrace.channel', codec: codec.name }
  const channel = view(arena, handle, codec, onDrop, declared)
  channel.lifecycle.leaveOnceClosed()
  return { channel, handle }
}

/**
 * The channel of a handle in this thread. A codec of the user's own must be given again; an `onDrop` only once in a thread. Throws
 * `TypeError` for what is no handle, carries something else, has a producer declared where none may be, or no longer leads anywhere.
 */
export function attachShared<T extends Value>(
  handle: SharedHandle<T>,
  codec?: Codec<T>,
  options: Pick<OverflowOptions<T>, 'onDrop'> = {},
  declared?: DeclaredProducer,
): SharedChannel<T> {
  if (handle?.kind !== 'millrace.channel' || typeof handle.codec !== 'string') {
    throw new TypeError(`handle: expected that of a shared channel, got ${show(handle)}`)
  }
  const found = codec ?? (codecOf(handle.codec) as Codec<T> | undefined)
  if (found === undefined) throw new TypeError(`codec: ${handle.codec} is not built in; give it again to attach`)
  checkCodec('codec', found)
  checkNames(options, ['onDrop'])
  const { onDrop } = options
  checkOnDrop(onDrop)
  const arena = attachArena(handle.memory)
  const known = open.get(keyOf(arena, handle)) as SharedChannel<T> | undefined
  // Also of a channel that is known: another copy of this package in this thread may have been the last to leave.
  if (!arena.attach(handle)) throw gone()
  if (found.name !== handle.codec || words.load(arena, handle.object + HASH) !== layoutHash(found)) {
    if (known === undefined) arena.detach(handle.object)
    throw new TypeError(`codec: the channel carries ${handle.codec}, this codec is ${found.name}`)
  }
  if (known === undefined && declared === undefined && isLazy(arena, handle)) {
    arena.detach(handle.object)
    throw new TypeError('handle: this channel has one declared producer: attach to it by mpsc, as it was made')
  }
  if (known === undefined) return view(arena, handle, found, onDrop, declared)
  if (onDrop !== undefined) known.store.tellOf(onDrop)
  return known
}

function checkProducers(
  producers: unknown,
  codec: Pick<Codec<unknown>, 'words' | 'name'>,
  declared: DeclaredProducer | undefined,
): void {
  if (producers === undefined) return
  if (producers !== 1) throw new RangeError(`producers: expected 1 or nothing, got ${show(producers)}`)
  if (declared === undefined) throw new TypeError('producers: can be declared where there is one receiver, as in mpsc')
  if (codec.words === undefined)
    throw new TypeError(`producers: can be declared for codecs of numbers, not for ${codec.name}`)
}

function view<T extends Value>(
  arena: Arena,
  handle: SharedHandle<T>,
  codec: Codec<T>,
  onDrop: OverflowOptions<T>['onDrop'],
  declared: DeclaredProducer | undefined,
): SharedChannel<T> {
  const { object } = handle
  const key = keyOf(arena, handle)
  const place = new Place(arena, handle, () => open.delete(key))
  const overflow = OVERFLOWS[words.load(arena, object + OVERFLOW)] ?? 'wait'
  const slots =
    declared !== undefined && isLazy(arena, handle)
      ? declared.slots(arena, object, codec)
      : slotsOf(arena, object, codec)
  const channel = new SharedChannel(place, new Store(place, slots, overflow, onDrop))
  open.set(key, channel as unknown as SharedChannel<Value>)
  return channel
}

function isLazy(arena: Arena, { object }: ObjectHandle): boolean {
  return words.load(arena, object + KIND) === KIND_LAZY
}

function keyOf(arena: Arena, { object, generation }: ObjectHandle): string {
  return `${arena.identity}:${object}:${generation}`
}
