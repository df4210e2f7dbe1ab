import { blockRelease, blockRetain } from './block.ts'
import {
  ATTACHMENT_SHIFT,
  ATTACHMENTS,
  CLOSED_BY_RECEIVERS,
  CLOSED_BY_SENDERS,
  CLOSING,
  FIRST_ATTACHMENT,
  FLIGHT_OBJECT,
  GENERATION,
  LINKED,
  NEXT_OBJECT,
  OWN_CREDITS,
  OWN_RECEIVERS,
  OWN_SENDERS,
  PARKED_RECEIVERS,
  PARKED_SENDERS,
  PARTICIPANTS,
  PREVIOUS_OBJECT,
  RECEIVERS,
  SENDERS,
  SIDES,
  STATE,
} from './layout.ts'
import { wakeAll } from './park.ts'

/**
 * Who is attached to an object: endpoints counted in all and by participant, and a list of objects by participant.
 *
 *     participant ──▶ object A ⇄ object B ⇄ object C       links lie in the attachment that the participant has in each
 *
 * INVARIANT  senders = Σ own senders, receivers = Σ own receivers, reserved = Σ own credits; `claim` changes both sides in one step.
 * INVARIANT  a participant holds one reference to each object of its list; what is in a list is not freed.
 * INVARIANT  an attachment and the list are written by their participant alone, and by its repairer once it is dead.
 */

/** Where the attachment of a participant to an object lies. Its credits are 8 bytes further. */
//@inline
export function attachmentOf(object: i32, participant: i32): i32 {
  return object + ATTACHMENTS + (participant << ATTACHMENT_SHIFT)
}

/** Counts endpoints of a participant. Answers 1, or 0 if the object of this generation is gone. */
export function objectAttach(object: i32, generation: i32, participant: i32, senders: i32, receivers: i32): i32 {
  const own: i32 = attachmentOf(object, participant)
  if (load<i32>(own, LINKED) === 0 || atomic.load<i32>(object, GENERATION) !== generation) {
    if (blockRetain(object, generation) === 0) return 0
    objectLink(object, participant)
  }
  if (senders !== 0) {
    claim.add(object + SENDERS, senders, own + OWN_SENDERS)
    atomic.or<i32>(object, 1, SIDES)
  }
  if (receivers !== 0) {
    claim.add(object + RECEIVERS, receivers, own + OWN_RECEIVERS)
    atomic.or<i32>(object, 2, SIDES)
  }
  return 1
}

/**
 * Counts one more sender (side 1) or receiver (side 2) of a participant that is attached, if all threads have fewer than `most`.
 * Answers 1, or 0 and no count was touched, so that whoever is refused ends nothing. An exchange that fails means that another counted.
 */
export function objectAttachOne(object: i32, participant: i32, side: i32, most: i32): i32 {
  // Receivers lie a word behind senders, in both places.
  const step: i32 = (side - 1) << 2
  const count: i32 = object + SENDERS + step
  const own: i32 = attachmentOf(object, participant) + OWN_SENDERS + step
  while (true) {
    const all: i32 = atomic.load<i32>(count)
    if (all >= most) return 0
    if (claim.one(count, all, own)) break
  }
  atomic.or<i32>(object, side, SIDES)
  return 1
}

/** Puts an object that the participant has a reference to into its list. */
export function objectLink(object: i32, participant: i32): void {
  const record: i32 = PARTICIPANTS + (participant << 7)
  const own: i32 = attachmentOf(object, participant)
  const first: i32 = load<i32>(record, FIRST_ATTACHMENT)
  store<i32>(own, first, NEXT_OBJECT)
  store<i32>(own, 0, PREVIOUS_OBJECT)
  store<i32>(own, 1, LINKED)
  if (first !== 0) store<i32>(attachmentOf(first, participant), object, PREVIOUS_OBJECT)
  store<i32>(record, object, FIRST_ATTACHMENT)
}

/** Counts endpoints of a participant down; the last sender, or receiver, of all closes its side. */
export function objectDetach(object: i32, participant: i32, senders: i32, receivers: i32): void {
  const own: i32 = attachmentOf(object, participant)
  if (senders !== 0) claim.add(object + SENDERS, -senders, own + OWN_SENDERS)
  if (receivers !== 0) claim.add(object + RECEIVERS, -receivers, own + OWN_RECEIVERS)
  // Asked of the counts, not of this change, so that a repair that is begun again still closes.
  const sides: i32 = atomic.load<i32>(object, SIDES)
  const state: i32 = atomic.load<i32>(object, STATE)
  if ((sides & 1) !== 0 && (state & CLOSED_BY_SENDERS) === 0 && atomic.load<i32>(object, SENDERS) === 0) {
    objectClose(object, CLOSED_BY_SENDERS)
  }
  if ((sides & 2) !== 0 && (state & CLOSED_BY_RECEIVERS) === 0 && atomic.load<i32>(object, RECEIVERS) === 0) {
    objectClose(object, CLOSED_BY_RECEIVERS)
  }
}

/** Closes one side, and wakes everybody: all have something new to see. */
export function objectClose(object: i32, flag: i32): void {
  atomic.or<i32>(object, flag, STATE)
  wakeAll(object + PARKED_RECEIVERS)
  wakeAll(object + PARKED_SENDERS)
  wakeAll(object + CLOSING)
}

/** Leaves an object for good, if this participant has no endpoint and no credit there. The last to leave frees it. Answers 1 if it left. */
export function objectLeave(object: i32, participant: i32): i32 {
  const own: i32 = attachmentOf(object, participant)
  if (load<i32>(own, LINKED) === 0) return 0
  if (load<i32>(own, OWN_SENDERS) !== 0 || load<i32>(own, OWN_RECEIVERS) !== 0 || load<i32>(own, OWN_CREDITS) !== 0)
    return 0
  const record: i32 = PARTICIPANTS + (participant << 7)
  // What it claimed here is over, and what comes to lie here may be attached to by this participant too.
  store<i32>(record, 0, FLIGHT_OBJECT)
  const next: i32 = load<i32>(own, NEXT_OBJECT)
  const previous: i32 = load<i32>(own, PREVIOUS_OBJECT)
  if (next !== 0) store<i32>(attachmentOf(next, participant), previous, PREVIOUS_OBJECT)
  // Asked of the head, since whoever died over this may have left a link back that leads nowhere.
  if (load<i32>(record, FIRST_ATTACHMENT) === object) store<i32>(record, next, FIRST_ATTACHMENT)
  else store<i32>(attachmentOf(previous, participant), next, NEXT_OBJECT)
  store<i32>(own, 0, LINKED)
  blockRelease(object)
  return 1
}
