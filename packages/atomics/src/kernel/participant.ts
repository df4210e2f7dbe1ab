import { release } from './batch.ts'
import { blockRelease } from './block.ts'
import {
  ARENA_PARTICIPANTS,
  CLOSING,
  FIRST_ATTACHMENT,
  FLIGHT_COUNT,
  FLIGHT_HOME,
  FLIGHT_OBJECT,
  FLIGHT_POSITION,
  FLIGHT_PUSH,
  FLIGHT_SIDE,
  KIND,
  KIND_FREE,
  KIND_NOTIFY,
  KIND_RECORDS,
  KIND_SLAB,
  KIND_SLOTS,
  LENGTH,
  LIFE,
  LIFE_GENERATION,
  LINKED,
  MASK,
  NEXT_SCRATCH,
  OWN_CREDITS,
  OWN_RECEIVERS,
  OWN_SENDERS,
  PARENT,
  PARKED_RECEIVERS,
  PARKED_SENDERS,
  PARTICIPANTS,
  SCRATCH,
  SLOT_BYTES,
  SLOTS,
  THREAD,
} from './layout.ts'
import { notifyRepair } from './notify.ts'
import { attachmentOf, objectDetach, objectLeave } from './object.ts'
import { wakeAll } from './park.ts'
import { recordRepair } from './record.ts'
import { slabOwn, slabRepair } from './slab.ts'

/**
 * Who shares the arena, and what a death repairs.
 *
 *     free ── join ──▶ alive ── death is known ──▶ dying, in the hands of r ── repaired ──▶ free, next generation
 *
 * INVARIANT  of all who learn of a death one repairs: the one whose exchange of `life` succeeds.
 * INVARIANT  a record that is alive has the numbers of its own thread or 0, never those of a life before.
 * INVARIANT  a repair may itself be cut and begun again by the next: each of its steps takes away what it is to repair.
 */

/** Registers a thread and the one that started it; a thread that registered before gets its record back. Answers the index, or −1 if all are taken. */
export function participantJoin(thread: i32, parent: i32): i32 {
  const most: i32 = atomic.load<i32>(ARENA_PARTICIPANTS)
  for (let i: i32 = 0; i < most; i++) {
    const record: i32 = PARTICIPANTS + (i << 7)
    if (atomic.load<i32>(record, LIFE) === 1 && atomic.load<i32>(record, THREAD) === thread) return i
  }
  for (let i: i32 = 0; i < most; i++) {
    const record: i32 = PARTICIPANTS + (i << 7)
    if (atomic.load<i32>(record, LIFE) === 0 && atomic.cmpxchg<i32>(record, 0, 1, LIFE) === 0) {
      atomic.store<i32>(record, parent, PARENT)
      atomic.store<i32>(record, thread, THREAD)
      return i
    }
  }
  return -1
}

/**
 * Repairs what a dead participant left: publishes its unfinished positions as aborted, gives its credits back, uncounts its
 * endpoints, closes what they kept open, wakes everybody parked there, frees what only it held. Answers 1 if this call did
 * it, 0 if that participant does not live or another repairs it.
 */
export function participantRepair(participant: i32, generation: i32, repairer: i32): i32 {
  const record: i32 = PARTICIPANTS + (participant << 7)
  // Life and generation in one step: between two the place may become a newcomer's.
  if (!pair.cmpxchg(record, 1, generation, repairer + 2, generation)) return 0
  participantFinish(participant)
  // A repairer that died over its repairs left them to us.
  const most: i32 = atomic.load<i32>(ARENA_PARTICIPANTS)
  for (let i: i32 = 0; i < most; i++) {
    const other: i32 = PARTICIPANTS + (i << 7)
    if (atomic.load<i32>(other, LIFE) === participant + 2) {
      if (atomic.cmpxchg<i32>(other, participant + 2, repairer + 2, LIFE) === participant + 2) participantFinish(i)
    }
  }
  return 1
}

/** The steps of a repair. */
export function participantFinish(participant: i32): void {
  const record: i32 = PARTICIPANTS + (participant << 7)
  flightRepair(record, participant)
  let object: i32 = load<i32>(record, FIRST_ATTACHMENT)
  while (object !== 0) {
    const own: i32 = attachmentOf(object, participant)
    if (load<i32>(object, KIND) === KIND_SLAB) slabRepair(object, participant)
    if (load<i32>(object, KIND) === KIND_NOTIFY) notifyRepair(object, own + OWN_CREDITS)
    const credits: i32 = load<i32>(own, OWN_CREDITS)
    if (credits !== 0) release(object, credits, own + OWN_CREDITS)
    objectDetach(object, participant, load<i32>(own, OWN_SENDERS), load<i32>(own, OWN_RECEIVERS))
    // Also those whom a notifier that died on its way was about to wake.
    wakeAll(object + PARKED_RECEIVERS)
    wakeAll(object + PARKED_SENDERS)
    wakeAll(object + CLOSING)
    objectLeave(object, participant)
    object = load<i32>(record, FIRST_ATTACHMENT)
  }
  let scratch: i32 = load<i32>(record, SCRATCH)
  while (scratch !== 0) {
    store<i32>(record, load<i32>(scratch, NEXT_SCRATCH), SCRATCH)
    blockRelease(scratch)
    scratch = load<i32>(record, SCRATCH)
  }
  store<i32>(record, 0, FLIGHT_OBJECT)
  atomic.add<i32>(record, 1, LIFE_GENERATION)
  // Before the place is free, so that a newcomer is never taken for the dead one before it wrote its own.
  atomic.store<i32>(record, 0, THREAD)
  atomic.store<i32>(record, 0, PARENT)
  atomic.store<i32>(record, 0, LIFE)
}

/**
 * Ends the claim that a dead thread may have left unpublished. Stamps tell whether it was published; the note is wiped only by
 * who leaves an object, since that memory may be another's then.
 */
export function flightRepair(record: i32, participant: i32): void {
  const object: i32 = load<i32>(record, FLIGHT_OBJECT)
  if (object === 0) return
  const home: i32 = load<i32>(record, FLIGHT_HOME)
  if (load<i32>(attachmentOf(home, participant), LINKED) === 0) return
  const side: i32 = load<i32>(record, FLIGHT_SIDE)
  const position: i32 = load<i32>(record, FLIGHT_POSITION)
  const count: i32 = load<i32>(record, FLIGHT_COUNT)
  const kind: i32 = load<i32>(object, KIND)
  if (kind === KIND_RECORDS) {
    if (side === FLIGHT_PUSH) recordRepair(object, position, count)
    return
  }
  if (kind !== KIND_SLOTS && kind !== KIND_SLAB && kind !== KIND_FREE) return
  const mask: i32 = load<i32>(object, MASK)
  // A batch whose first stamp is missing was not sent: nobody came past it, so none of it goes out.
  const first: i32 = load<i32>(object, SLOTS) + (position & mask) * load<i32>(object, SLOT_BYTES)
  if (side === FLIGHT_PUSH && atomic.load<i32>(first) !== position) return
  // From the last to the first, since the first stamp lets others come.
  for (let i: i32 = count - 1; i >= 0; i--) {
    const slot: i32 = load<i32>(object, SLOTS) + ((position + i) & mask) * load<i32>(object, SLOT_BYTES)
    const turn: i32 = (atomic.load<i32>(slot) - ((position + i) | 0)) | 0
    if (side === FLIGHT_PUSH) {
      atomic.store<i32>(slot, (position + i + 2) | 0)
    } else if (turn === 1 || turn === 2) {
      // A block taken from the queue of a slab is the dead one's to lose.
      if (turn === 1 && kind !== KIND_SLOTS) slabOwn(object, load<i32>(slot, LENGTH), participant)
      atomic.store<i32>(slot, (position + i + mask + 1) | 0)
    }
  }
}
