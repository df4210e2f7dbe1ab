import type { SharedMemory } from '@millrace/interleave'

/** In which order a receiver that found nothing prepares to park; only the first is right. */
export type ParkOrder =
  | 'count, epoch, look again'
  | 'count, look again, epoch'
  | 'count, epoch'
  | 'epoch, look again, count'

const ITEMS = 0
const EPOCH = 4
const WAITERS = 8

export const PARK_NAMES: Readonly<Record<number, string>> = { 0: 'items', 4: 'epoch', 8: 'waiters' }

/** What the kernel does. */
export interface ParkKernel {
  readonly send: () => boolean
  readonly receive: () => boolean
}

/** An eventcount over a counter of items: the receiver parks on the epoch, the sender wakes only if somebody waits. */
export function parkKernel({ atomic, wait, notify }: SharedMemory, order: ParkOrder): ParkKernel {
  function take(): boolean {
    for (;;) {
      const count = atomic.load(ITEMS)
      if (count === 0) return false
      if (atomic.cmpxchg(ITEMS, count, count - 1) === count) return true
    }
  }

  function send(): boolean {
    atomic.add(ITEMS, 1)
    if (atomic.load(WAITERS) > 0) {
      atomic.add(EPOCH, 1)
      notify(EPOCH, 1)
    }
    return true
  }

  function receive(): boolean {
    for (;;) {
      if (take()) return true
      let epoch = 0
      let counted = false
      for (const part of order.split(', ')) {
        if (part === 'epoch') epoch = atomic.load(EPOCH)
        if (part === 'count') {
          atomic.add(WAITERS, 1)
          counted = true
        }
        if (part === 'look again' && take()) {
          if (counted) atomic.sub(WAITERS, 1)
          return true
        }
      }
      wait(EPOCH, epoch)
      atomic.sub(WAITERS, 1)
    }
  }

  return { send, receive }
}
