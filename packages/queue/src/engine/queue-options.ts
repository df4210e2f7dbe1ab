import type { QueueOptions } from '../api.ts'

/** Options with what holds where they say nothing. */
export function withDefaults(options: QueueOptions): Required<QueueOptions> {
  return {
    capacity: options.capacity ?? 1_000_000,
    capacityBytes: options.capacityBytes ?? 2 ** 30,
    overflow: options.overflow ?? 'reject',
    leaseMs: options.leaseMs ?? 30_000,
    maxDeliveries: options.maxDeliveries ?? Number.POSITIVE_INFINITY,
    deadLetterQueue: options.deadLetterQueue,
    order: options.order ?? 'fifo',
    ttlMs: options.ttlMs ?? Number.POSITIVE_INFINITY,
    dedupMs: options.dedupMs ?? 300_000,
  }
}

/** Whether options are the same. */
export function isSame(a: object, b: object): boolean {
  return Object.entries(a).every(([name, value]) => value === (b as Record<string, unknown>)[name])
}
