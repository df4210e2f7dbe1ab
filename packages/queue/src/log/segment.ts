import { crc32 } from 'node:zlib'

/**
 * One file of the log.
 *
 *     ┌────────┬────────┬───────┬───────┬─────┬───────┐
 *     │ header │ header │ frame │ frame │ …   │ zeros │      room, while the file is written
 *     └────────┴────────┴───────┴───────┴─────┴───────┘
 *
 *     header  magic 8 · version u32 · salt u32 · epoch f64 · made at f64 · crc u32      little endian
 *
 * INVARIANT  the header stands there twice, so that no byte that has changed makes the frames unreadable; both, and the first frame behind them,
 *            can be lost with one sector: then the file cannot be read.
 * INVARIANT  nothing is appended to a file of an earlier run: a torn frame is always the last one of its file.
 */
export interface Header {
  /** Marks the beginning of frames in this file. It is random, so that nobody can make a body that looks like a frame. */
  readonly salt: number
  /** Of the run that wrote the file. */
  readonly epoch: number
  readonly madeAtMs: number
}

const MAGIC = 'MILLRACE'
const VERSION = 1
const ONE = 36

/** Where the first frame begins. */
export const HEADER_BYTES: number = 2 * ONE

/** Both copies. */
export function headerBytes({ salt, epoch, madeAtMs }: Header): Buffer {
  const one = Buffer.alloc(ONE)
  one.write(MAGIC, 'latin1')
  one.writeUInt32LE(VERSION, 8)
  one.writeUInt32LE(salt, 12)
  one.writeDoubleLE(epoch, 16)
  one.writeDoubleLE(madeAtMs, 24)
  one.writeUInt32LE(crc32(one.subarray(0, 32)), 32)
  return Buffer.concat([one, one])
}

/** The header of a file, from whichever copy is whole. Throws `RangeError` for a version that is not known. */
export function readHeader(bytes: Buffer): Header | undefined {
  for (const start of [0, ONE]) {
    const one = bytes.subarray(start, start + ONE)
    if (one.length < ONE || one.toString('latin1', 0, 8) !== MAGIC) continue
    if (one.readUInt32LE(32) !== crc32(one.subarray(0, 32))) continue
    const version = one.readUInt32LE(8)
    if (version !== VERSION) throw new RangeError(`it has version ${version}, and ${VERSION} is known`)
    return { salt: one.readUInt32LE(12), epoch: one.readDoubleLE(16), madeAtMs: one.readDoubleLE(24) }
  }
  return undefined
}

const SUFFIX = '.log'

/** The name of a file of the log. They sort as their numbers do. */
export function segmentName(number: number): string {
  return String(number).padStart(12, '0') + SUFFIX
}

/** The number of a file of the log; undefined for another file. */
export function segmentNumber(name: string): number | undefined {
  return /^\d{12}\.log$/.test(name) ? Number(name.slice(0, -SUFFIX.length)) : undefined
}
