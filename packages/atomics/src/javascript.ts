import type { Kernel } from './api.ts'
import { javascriptBindings } from './bindings.ts'
import { kernel as factory } from './generated/javascript.ts'

/** The kernel as JavaScript over a buffer, for `provideKernel`. `record` answers where the participant record of the calling thread lies. */
export function kernel(buffer: SharedArrayBuffer, record: () => number): Kernel {
  return factory(javascriptBindings(buffer, record))
}
