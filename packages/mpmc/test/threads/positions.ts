import { type Arena, arena } from '@millrace/atomics'

/** An arena whose queues begin at this position, as if as many values had gone through them. */
export function arenaFrom(position: number): Arena {
  const own = arena()
  const { kernel } = own
  const slotInit = (queue: number): void => kernel.slotInit(queue, position | 0)
  return Object.assign(own, { kernel: { ...kernel, slotInit } })
}
