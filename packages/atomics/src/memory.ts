import type { ArenaMemory, Views } from './api.ts'
import { assembly } from './web-assembly.ts'

const PAGE = 65_536

/** Makes the memory of an arena: a shared WebAssembly memory, or a growable buffer where the kernel runs in JavaScript. */
export function makeMemory(execution: 'wasm' | 'javascript', bytes: number, maxBytes: number): ArenaMemory {
  const initial = Math.ceil(bytes / PAGE)
  const maximum = Math.floor(maxBytes / PAGE)
  if (execution === 'wasm' && assembly !== undefined) return new assembly.Memory({ initial, maximum, shared: true })
  return new SharedArrayBuffer(initial * PAGE, { maxByteLength: maximum * PAGE })
}

/** The buffer of a memory as it is now, also if another thread grew it. */
export function bufferOf(memory: ArenaMemory): SharedArrayBuffer {
  if (memory instanceof SharedArrayBuffer) return memory
  memory.grow(0) // Makes `buffer` cover what others grew.
  return memory.buffer as SharedArrayBuffer
}

/** Grows a memory by at least `bytes`; false if it may not grow so far. */
export function growMemory(memory: ArenaMemory, bytes: number): boolean {
  const pages = Math.ceil(bytes / PAGE)
  try {
    if (memory instanceof SharedArrayBuffer) memory.grow(memory.byteLength + pages * PAGE)
    else memory.grow(pages)
    return true
  } catch {
    return false
  }
}

/** Views of a whole buffer. */
export function viewsOf(buffer: SharedArrayBuffer): Views {
  return {
    i32: new Int32Array(buffer),
    u8: new Uint8Array(buffer),
    f64: new Float64Array(buffer),
    view: new DataView(buffer),
  }
}

/**
 * The size class of a block: four classes to each doubling, all whole lines, so that at most a fifth is left over.
 *
 *     lines   1 2 3 4 │ 5 6 7 8 │ 10 12 14 16 │ 20 24 28 32 │ …
 *     class   0 1 2 3 │ 4 5 6 7 │  8  9 10 11 │ 12 …
 */
export function sizeClass(bytes: number): { readonly index: number; readonly bytes: number } {
  const lines = Math.max(1, Math.ceil(bytes / 128))
  if (lines <= 4) return { index: lines - 1, bytes: lines * 128 }
  const doubling = 31 - Math.clz32(lines - 1)
  const step = 2 ** (doubling - 2)
  const quarter = Math.ceil((lines - 2 ** doubling) / step)
  return { index: 4 * (doubling - 1) + quarter - 1, bytes: (2 ** doubling + quarter * step) * 128 }
}
