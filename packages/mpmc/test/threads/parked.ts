import { setImmediate as turn } from 'node:timers/promises'
import { attachArena, type ObjectHandle, PARKED_RECEIVERS, PARKED_SENDERS, words } from '@millrace/atomics'

/** Resolves when a thread has parked on a side of a channel that nobody parked on before. */
export async function parked({ memory, object }: ObjectHandle, side: 'sender' | 'receiver'): Promise<void> {
  const arena = attachArena(memory)
  const line = object + (side === 'sender' ? PARKED_SENDERS : PARKED_RECEIVERS)
  while (words.load(arena, line) === 0) await turn()
}
