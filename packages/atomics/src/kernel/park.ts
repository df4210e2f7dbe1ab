import { EPOCH } from './layout.ts'

/**
 * Parking and waking over one line: a sticky flag "somebody may be parked", and an epoch that those who sleep wait on.
 *
 *     waiter     e := epoch ──▶ parked := 1 ──▶ looks again ──▶ waits while epoch = e
 *     notifier   publishes ──▶ reads parked; if set: parked := 0 ──▶ epoch + 1 ──▶ wakes all; each parks anew
 *
 * INVARIANT  waiter: flag before look, notifier: publish before flag (Dekker). In one order of all atomic steps, either the
 *            waiter sees what was published or the notifier sees the flag.
 * INVARIANT  waiter: epoch before flag. Whoever lowers a flag moves the epoch afterwards, so a waiter whose flag was lowered
 *            for another waits on an epoch that is over. The other way round it sleeps with its flag down.
 * INVARIANT  the flag is no count, so a waiter that died costs one wake of nobody.
 */

/** Says that the caller is about to wait; answers the epoch to wait on. The caller looks once more before it waits. */
export function parkBegin(line: i32): i32 {
  const epoch: i32 = atomic.load<i32>(line, EPOCH)
  atomic.store<i32>(line, 1) // Before the caller looks again; paired with the load in wake().
  return epoch
}

/** Wakes those who are parked at this line. The caller has published what they wait for. */
//@inline
export function wake(line: i32): void {
  if (atomic.load<i32>(line) !== 0) wakeParked(line)
}

/** Wakes all if the flag is still up: of several notifiers one rings. */
export function wakeParked(line: i32): void {
  if (atomic.xchg<i32>(line, 0) !== 0) wakeAll(line)
}

/** Wakes everybody at this line, whatever the flag says: one who died may have taken the flag and not rung. */
export function wakeAll(line: i32): void {
  atomic.add<i32>(line, 1, EPOCH)
  atomic.notify(line + EPOCH, -1)
}
