import type { Bytes, Codec } from '@millrace/ring/codec'

/** Makes a function that throws for values a codec cannot encode. */
export function encodable<T>(codec: Codec<T>): (value: T) => void {
  let bytes: Bytes | undefined
  return (value) => {
    bytes ??= bytesOf(codec.maxBytes)
    codec.encode(value, bytes, 0)
  }
}

function bytesOf(maxBytes: number): Bytes {
  const buffer = new ArrayBuffer((maxBytes + 7) & ~7)
  return {
    i32: new Int32Array(buffer),
    u8: new Uint8Array(buffer),
    f64: new Float64Array(buffer),
    view: new DataView(buffer),
  }
}
