import type { Arena, ObjectHandle } from '@millrace/atomics'
import type { RingEnds } from './api.ts'

/** The ends of a new ring, which begin to exist when they are read. */
export function ringEnds<P extends Disposable, C extends Disposable, H extends ObjectHandle>(
  arena: Arena,
  handle: H,
  openProducer: () => P,
  openConsumer: () => C,
): RingEnds<P, C, H> {
  let producer: P | undefined
  let consumer: C | undefined
  return {
    handle,
    get producer() {
      producer ??= openProducer()
      return producer
    },
    get consumer() {
      consumer ??= openConsumer()
      return consumer
    },
    [Symbol.dispose]() {
      producer?.[Symbol.dispose]()
      consumer?.[Symbol.dispose]()
      // A maker that read no end still has the ring. Who has none of it any more cannot be told from who never had, and both may leave.
      if (arena.attach(handle)) arena.detach(handle.object)
    },
  }
}
