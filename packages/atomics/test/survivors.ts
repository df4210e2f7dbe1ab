import { ARENA_PARTICIPANTS, GENERATION, LIFE, NONE, REFERENCES } from '../src/kernel/layout.ts'
import type { ModelRig } from './model.ts'
import { IMAGES, OBJECT, RECORD } from './rig.ts'

/** Two participants, both attached to what lies at `OBJECT`, each with an endpoint of either side. */
export function attached({ kernel, write }: ModelRig): void {
  write(ARENA_PARTICIPANTS, 2)
  write(OBJECT + GENERATION, 1)
  write(OBJECT + REFERENCES, 1)
  for (const participant of [0, 1]) {
    write(RECORD + participant * 128 + LIFE, 1)
    kernel.objectAttach(OBJECT, 1, participant, 1, 1)
  }
}

/** What the one who is left can still do: take all there is, then fill and empty the queue to its capacity. */
export function isUsable({ kernel, read }: ModelRig, capacity: number): number[] | undefined {
  const left: number[] = []
  const take = () => {
    while (kernel.slotPop(OBJECT, IMAGES) === 1) left.push(read(IMAGES + 4))
    return kernel.slotPop(OBJECT, IMAGES)
  }
  if (take() !== NONE) return undefined
  const found = [...left]
  for (let i = 0; i < capacity; i++) if (kernel.slotPush(OBJECT, 90 + i, 0) !== 1) return undefined
  if (kernel.slotPush(OBJECT, 99, 0) !== NONE || take() !== NONE) return undefined
  return left.length === found.length + capacity ? found : undefined
}
