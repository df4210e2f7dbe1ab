import { type Arena, arena, provideKernel } from '@millrace/atomics'
import { kernel } from '@millrace/atomics/javascript'

provideKernel(kernel)

/** Both executions of the kernel, each in an arena of its own. */
export const ARENAS: readonly (readonly [string, Arena])[] = [
  ['WebAssembly', arena({ execution: 'wasm' })],
  ['JavaScript', arena({ execution: 'javascript' })],
]

/** Positions to begin at: around 0, 2³¹ and 2³². */
export const STARTS: readonly number[] = [0, 5, 2 ** 31 - 3, -(2 ** 31), -3]

/** How far the arena is used: what is freed is used again, so it stays where it is while nothing leaks. */
export function usedBytes(own: Arena): number {
  return own.views().i32[128 >> 2] as number
}
