import { crc32 } from 'node:zlib'
import type { ByteWriter } from './byte-writer.ts'
import { HEADER_BYTES } from './segment.ts'

/**
 * What is kept as a whole, or not at all.
 *
 *     ┌──────────┬─────────┬────────────┬─────────┐
 *     │ salt u32 │ crc u32 │ length u32 │ payload │      the checksum is that of length and payload
 *     └──────────┴─────────┴────────────┴─────────┘
 *
 * The salt finds the next frame behind a damaged one.
 */
const FRAME_BYTES = 12

/** Begins a frame; its payload is written behind it. Gives what `endFrame` is to be told. */
export function beginFrame(writer: ByteWriter): number {
  return writer.skip(FRAME_BYTES)
}

/** Ends the frame that was begun at `start`. */
export function endFrame(writer: ByteWriter, start: number, salt: number): void {
  writer.setU32(start, salt)
  writer.setU32(start + 8, writer.length - start - FRAME_BYTES)
  writer.setU32(start + 4, writer.crcFrom(start + 8))
}

/** Bytes that are no frame. */
export interface Damage {
  readonly offset: number
  readonly bytes: number
}

/** What was found in a file. */
export interface Scan {
  /** What lies between the frames. */
  readonly damages: readonly Damage[]
  /** Behind it is nothing but room. */
  readonly end: number
}

/** Hands over each whole frame of a file. */
export function scanFrames(bytes: Buffer, salt: number, visit: (start: number, end: number) => void): Scan {
  const mark = Buffer.alloc(4)
  mark.writeUInt32LE(salt)
  const damages: Damage[] = []
  const used = lengthWithoutRoom(bytes)
  let at = HEADER_BYTES
  while (at < used) {
    const end = frameEnd(bytes, at, salt)
    if (end !== undefined) {
      visit(at + FRAME_BYTES, end)
      at = end
      continue
    }
    let next = bytes.indexOf(mark, at + 1)
    while (next !== -1 && frameEnd(bytes, next, salt) === undefined) next = bytes.indexOf(mark, next + 1)
    if (next === -1) next = used
    damages.push({ offset: at, bytes: next - at })
    at = next
  }
  return { damages, end: at }
}

/** Where the zeros begin at the end of a file. The last of them may belong to a frame. */
export function lengthWithoutRoom(bytes: Buffer): number {
  let length = bytes.length
  while (length > 0 && bytes[length - 1] === 0) length--
  return length
}

/** Whether a whole frame begins there. */
export function isFrame(bytes: Buffer, start: number, salt: number): boolean {
  return frameEnd(bytes, start, salt) !== undefined
}

function frameEnd(bytes: Buffer, start: number, salt: number): number | undefined {
  const payload = start + FRAME_BYTES
  if (payload > bytes.length || bytes.readUInt32LE(start) !== salt) return undefined
  const end = payload + bytes.readUInt32LE(start + 8)
  if (end > bytes.length) return undefined
  return crc32(bytes.subarray(start + 8, end)) === bytes.readUInt32LE(start + 4) ? end : undefined
}
