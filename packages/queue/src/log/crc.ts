import { crc32 } from 'node:zlib'

/** To have fewer bytes than this summed up elsewhere costs more than it takes. */
const SHORT_BYTES = 64
const TABLE: Int32Array = Int32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte
  for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ 0xedb88320 : rest >>> 1
  return rest
})

/** The CRC-32 of the bytes from `start` to `end`, as a signed number. */
export function crc32Of(bytes: Uint8Array, start: number, end: number): number {
  if (end - start >= SHORT_BYTES) return crc32(new Uint8Array(bytes.buffer, bytes.byteOffset + start, end - start)) | 0
  let rest = -1
  for (let at = start; at < end; at++) {
    rest = (TABLE[(rest ^ (bytes[at] as number)) & 255] as number) ^ (rest >>> 8)
  }
  return ~rest
}
