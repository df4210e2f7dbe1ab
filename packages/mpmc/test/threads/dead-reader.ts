import { type Arena, HEAD, type ObjectHandle, words } from '@millrace/atomics'

/** A participant's record, and in it the note of what its thread claimed last, as the layout of `@millrace/atomics` has them. */
const RECORD = (participant: number) => 1024 + participant * 128
const NOTE = { object: 24, side: 28, position: 32, count: 36, home: 40 }
const POP = 2

/**
 * A thread of the JavaScript execution that claimed the oldest value of a channel and died before it made room for another.
 * Returns the repair.
 */
export function deadReader(arena: Arena, { object, generation }: ObjectHandle): () => void {
  const participant = arena.kernel.participantJoin(4711, 0)
  arena.kernel.objectAttach(object, generation, participant, 0, 1)
  const note = (word: number, value: number) => words.store(arena, RECORD(participant) + word, value)
  note(NOTE.side, POP)
  note(NOTE.position, words.add(arena, object + HEAD, 1))
  note(NOTE.count, 1)
  note(NOTE.home, object)
  note(NOTE.object, object)
  return () => arena.declareDead(participant)
}
