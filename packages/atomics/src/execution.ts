import type { ArenaMemory, Kernel } from './api.ts'
import { KERNEL_WASM } from './generated/wasm.ts'
import { assembly } from './web-assembly.ts'

let kernelModule: object | undefined
let provided: ((buffer: SharedArrayBuffer, record: () => number) => Kernel) | undefined

/**
 * Gives this thread the kernel's JavaScript text, for arenas without WebAssembly. It is a function of its own subpath, so
 * that programs which have WebAssembly do not carry it.
 *
 * @example
 * import { arena, provideKernel } from '@millrace/atomics'
 * import { kernel } from '@millrace/atomics/javascript'
 *
 * provideKernel(kernel)
 * const memory = arena({ execution: 'javascript' }).memory
 * memory instanceof SharedArrayBuffer // => true
 */
export function provideKernel(kernel: (buffer: SharedArrayBuffer, record: () => number) => Kernel): void {
  provided = kernel
}

/** Which execution this thread would choose by itself. */
export function defaultExecution(): 'wasm' | 'javascript' {
  return assembly === undefined ? 'javascript' : 'wasm'
}

/** The kernel over one memory. `record` answers where the participant record of this thread lies, once it has one. */
export function bindKernel(memory: ArenaMemory, record: () => number): Kernel {
  if (memory instanceof SharedArrayBuffer) {
    if (provided === undefined) {
      throw new TypeError(
        'this arena runs in JavaScript: call provideKernel(kernel) with the kernel of @millrace/atomics/javascript',
      )
    }
    return provided(memory, record)
  }
  if (assembly === undefined) throw new TypeError('this arena runs in WebAssembly, which this thread does not have')
  kernelModule ??= new assembly.Module(
    Uint8Array.from(KERNEL_WASM.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16)),
  )
  return new assembly.Instance(kernelModule, { env: { memory } }).exports as Kernel
}
