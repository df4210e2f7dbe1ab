/** A WebAssembly memory, shared. */
export interface WasmMemory {
  /** The bytes, as far as this thread knows of them. */
  readonly buffer: ArrayBufferLike
  /** Grows by pages of 64 KiB; answers how many there were. */
  grow(pages: number): number
}

/** What this package needs of `WebAssembly`; declared here, since Node's own types leave it out. */
interface Assembly {
  readonly Memory: new (options: { initial: number; maximum: number; shared: true }) => WasmMemory
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown }
}

/** WebAssembly, where it exists. */
export const assembly: Assembly | undefined = (globalThis as { WebAssembly?: Assembly }).WebAssembly
