import { QueueError } from '../errors.ts'
import type { Disk } from '../log/disk.ts'
import { type Damage, scanFrames } from '../log/frame.ts'
import { type Header, readHeader, segmentName, segmentNumber } from '../log/segment.ts'
import { Replay } from './replay.ts'

/** What was found in a folder when it was opened. */
export interface Recovery {
  /** How many messages are there. */
  readonly messages: number
  /** Bytes at the end that were being written when the last run ended: nobody was told that they were safe. They have been cut off. */
  readonly tornBytes: number
  /** What could not be read. Nothing else is lost. */
  readonly damages: readonly FileDamage[]
  /** How long it took. */
  readonly durationMs: number
}

/** Bytes of a file that could not be read. */
export interface FileDamage extends Damage {
  readonly file: string
}

/** What a folder tells. */
export interface Recovered extends Recovery {
  readonly replay: Replay
  /** The files, the oldest first, with their sizes. */
  readonly segments: ReadonlyMap<number, number>
}

/**
 * Reads the log in a folder. Damaged frames are passed over and reported; a torn one at the very end, which nobody was told is safe, is cut off.
 *
 * Rejects with code `damaged` if a file is missing, cannot be read, or is of a version that is not known.
 */
export async function recover(disk: Disk, path: string): Promise<Recovered> {
  try {
    return await read(disk, path)
  } catch (error) {
    if (error instanceof QueueError) throw error
    throw new QueueError('damaged', `${path} cannot be read: ${(error as Error).message}`, { cause: error })
  }
}

async function read(disk: Disk, path: string): Promise<Recovered> {
  const beganAtMs = performance.now()
  const numbers = await segmentNumbers(disk, path)
  const replay = new Replay()
  const segments = new Map<number, number>()
  const damages: FileDamage[] = []
  let tornBytes = 0
  for (const number of numbers) {
    const file = segmentName(number)
    const bytes = readWhole(disk, file)
    const found = readSegment(bytes, number, replay, headerOf(bytes, file))
    const last = found.at(-1)
    const isTorn = number === numbers.at(-1) && last !== undefined && last.offset + last.bytes === bytes.length
    if (isTorn) {
      found.pop()
      tornBytes = last.bytes
      disk.truncate(file, last.offset)
    }
    damages.push(...found.map((damage) => ({ file, ...damage })))
    segments.set(number, bytes.length - (isTorn ? tornBytes : 0))
    await new Promise(setImmediate)
  }
  const messages = replay.messages
  return { replay, segments, messages, tornBytes, damages, durationMs: performance.now() - beganAtMs }
}

async function segmentNumbers(disk: Disk, path: string): Promise<number[]> {
  const numbers = (await disk.names()).flatMap((name) => segmentNumber(name) ?? []).sort((a, b) => a - b)
  for (const [index, number] of numbers.entries()) {
    const expected = (numbers[0] as number) + index
    if (number === expected) continue
    throw new QueueError('damaged', `${path}: the file ${segmentName(expected)} is missing`)
  }
  return numbers
}

function readWhole(disk: Disk, name: string): Buffer {
  const file = disk.open(name)
  try {
    const bytes = file.read(0, disk.size(name))
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  } finally {
    file.close()
  }
}

function headerOf(bytes: Buffer, file: string): Header | undefined {
  try {
    return readHeader(bytes)
  } catch (error) {
    throw new QueueError('damaged', `${file}: ${(error as Error).message}`, { cause: error })
  }
}

function readSegment(bytes: Buffer, number: number, replay: Replay, header: Header | undefined): Damage[] {
  if (header === undefined) return bytes.length === 0 ? [] : [{ offset: 0, bytes: bytes.length }]
  replay.atLeast(header.madeAtMs)
  const unread: Damage[] = []
  const damages = scanFrames(bytes, header.salt, (start, end) => {
    try {
      replay.frame(bytes, start, end, number, header.epoch)
    } catch {
      unread.push({ offset: start, bytes: end - start }) // Whole, and makes no sense.
    }
  })
  return [...unread, ...damages]
}
