import type { Value } from '@millrace/ring'
import type { Bytes, Codec } from '@millrace/ring/codec'
import { ImageSlots, LENGTH, PAYLOAD } from './image-slots.ts'
import type { SlotParts } from './slots.ts'

/** Slots of as many bytes as a codec needs at most. */
export class ByteSlots<T extends Value> extends ImageSlots<T> {
  readonly #codec: Codec<T>
  #i32: Int32Array

  constructor(codec: Codec<T>, ...parts: SlotParts) {
    super(codec, ...parts)
    this.#codec = codec
    this.#i32 = this.bytes.i32
  }

  protected override cover(bytes: Bytes): void {
    super.cover(bytes)
    this.#i32 = bytes.i32
  }

  protected write(value: T, at: number): void {
    this.#i32[(at + LENGTH) >>> 2] = this.#codec.encode(value, this.bytes, at + PAYLOAD)
  }

  protected read(at: number): T {
    return this.#codec.decode(this.bytes, at + PAYLOAD, this.#i32[(at + LENGTH) >>> 2] as number)
  }

  protected payload(at: number): Uint8Array {
    return this.bytes.u8.subarray(at + PAYLOAD, at + PAYLOAD + (this.#i32[(at + LENGTH) >>> 2] as number))
  }
}
