import { QueueError } from '../errors.ts'
import type { Disk } from '../log/disk.ts'
import { type Damage, isFrame, lengthWithoutRoom, type Scan, scanFrames } from '../log/frame.ts'
import { HEADER_BYTES, type Header, readHeader, segmentName, segmentNumber } from '../log/segment.ts'
import { Replay } from './replay.ts'

/** What was found in a folder when it was opened. */
export interface Recovery {
  /** How many messages are there. */
  readonly messages: number
  /** Bytes at the end, behind what could be read, that were being written when the last run ended: nobody was told that they were safe. They have been cut off. */
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
 * Reads the log in a folder. Damaged frames are passed over and reported; a torn one at the very end, which nobody was told is safe, is cut off, and
 * so is the room at the end of files. Zeros there are taken for room: frames that have become zeros at the end of an older file are not reported.
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
  for (const number of numbers) {
    const file = segmentName(number)
    const bytes = readWhole(disk, file)
    const found = readSegment(bytes, number, replay, headerOf(bytes, file))
    // Another file follows, so something stood in this one.
    if (found.end === 0 && number !== numbers.at(-1)) damages.push({ file, offset: 0, bytes: bytes.length })
    for (const damage of found.damages) damages.push({ file, ...damage })
    if (found.end < bytes.length) disk.truncate(file, found.end)
    segments.set(number, found.end)
    await new Promise(setImmediate)
  }
  checkOldest(numbers[0], replay.oldest, damages, path)
  const tornBytes = cutTail(disk, numbers.at(-1), segments, damages)
  await dropEmpty(disk, numbers.at(-1), segments)
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

/** With damages elsewhere nobody knows which is the oldest that is needed: then it is one of them. */
function checkOldest(first: number | undefined, needed: number, damages: FileDamage[], path: string): void {
  if (first === undefined || first <= needed) return
  const file = segmentName(first - 1)
  if (damages.length === 0) throw new QueueError('damaged', `${path}: the file ${file} is missing`)
  damages.push({ file, offset: 0, bytes: 0 })
}

/**
 * Cuts off what is damaged at the very end. Gives how much that was. A file of which nothing could be read, and that has more than a header, is
 * damaged all the same: what is in it may have been safe, and unreadable since a sector was lost at its beginning.
 */
function cutTail(disk: Disk, last: number | undefined, segments: Map<number, number>, damages: FileDamage[]): number {
  const tail = damages.findIndex(
    ({ file, offset, bytes }) =>
      last !== undefined &&
      file === segmentName(last) &&
      offset + bytes === segments.get(last) &&
      (offset > 0 || bytes <= HEADER_BYTES),
  )
  const [torn] = tail === -1 ? [] : damages.splice(tail, 1)
  if (last === undefined || torn === undefined) return 0
  disk.truncate(torn.file, torn.offset)
  segments.set(last, torn.offset)
  return torn.bytes
}

/** Removes a last file that nothing stands in: it was just begun, and with others behind it it would look as if something were lost. */
async function dropEmpty(disk: Disk, last: number | undefined, segments: Map<number, number>): Promise<void> {
  if (last === undefined || segments.get(last) !== 0) return
  await disk.syncFolder() // The one behind it may have been removed just before; it must not come back alone.
  disk.remove(segmentName(last))
  segments.delete(last)
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

/** Without a header the first frame, if it is whole, tells how to find the others. */
function guessHeader(bytes: Buffer): Header | undefined {
  if (bytes.length < HEADER_BYTES + 4) return undefined
  const salt = bytes.readUInt32LE(HEADER_BYTES)
  return isFrame(bytes, HEADER_BYTES, salt) ? { salt, epoch: 0, madeAtMs: 0 } : undefined
}

function headerOf(bytes: Buffer, file: string): Header | undefined {
  try {
    return readHeader(bytes)
  } catch (error) {
    throw new QueueError('damaged', `${file}: ${(error as Error).message}`, { cause: error })
  }
}

function readSegment(bytes: Buffer, number: number, replay: Replay, known: Header | undefined): Scan {
  const header = known ?? guessHeader(bytes)
  if (header === undefined || bytes.length < HEADER_BYTES) {
    const end = lengthWithoutRoom(bytes)
    return { damages: end === 0 ? [] : [{ offset: 0, bytes: end }], end }
  }
  replay.atLeast(header.madeAtMs)
  const unread: Damage[] = known === undefined ? [{ offset: 0, bytes: HEADER_BYTES }] : []
  const { damages, end } = scanFrames(bytes, header.salt, (start, stop) => {
    try {
      replay.frame(bytes, start, stop, number, header.epoch)
    } catch {
      unread.push({ offset: start, bytes: stop - start }) // Whole, and makes no sense.
    }
  })
  return { damages: unread.concat(damages), end }
}
