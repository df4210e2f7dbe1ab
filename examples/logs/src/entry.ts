import type { SharedHandle } from '@millrace/mpmc/shared'
import { type Codec, enumOf, f64, string, struct, u32 } from '@millrace/ring/codec'

/** Bytes of text in one entry: enough for most paths, and so few that an entry is a slot of 128 bytes, which channels move in batches. */
const TEXT_BYTES = 95

/**
 * What the threads tell the one that counts. Entries of a thread arrive in its order, a longer text in parts:
 *
 *     began ─▶ request │ bad … ─▶ ended │ failed ─▶ began …       and at last gone, which the counting thread sends to itself
 *        └─ part ─▶ part ─▶ request │ began │ failed
 */
export interface Entry {
  readonly kind: 'part' | 'began' | 'request' | 'bad' | 'ended' | 'failed' | 'gone'
  /** The thread's number in Node. */
  readonly thread: number
  readonly status: number
  readonly bytes: number
  /** The name of the file that began, the path of a request or the reason of a failure; each character stands for one byte. */
  readonly text: string
}

/** How an entry lies in shared memory. */
export const entry: Codec<Entry> = struct({
  kind: enumOf('part', 'began', 'request', 'bad', 'ended', 'failed', 'gone'),
  thread: u32,
  status: u32,
  bytes: f64,
  text: string(TEXT_BYTES),
})

/** How the name of a file lies in shared memory: 255 UTF-16 units at most wherever there are names, of 3 bytes at most. */
export const fileName: Codec<string> = string(765)

/** What a thread is started with. */
export interface Work {
  readonly folder: string
  readonly names: SharedHandle<string>
  readonly entries: SharedHandle<Entry>
}

/** An entry without a text. */
export function plainEntry(kind: Entry['kind'], thread: number): Entry {
  return { kind, thread, status: 0, bytes: 0, text: '' }
}

/** An entry with a text of any length, of which each character stands for one byte: the last one of the array, parts before it. */
export function textEntries(
  kind: Entry['kind'],
  thread: number,
  text: string,
  status = 0,
  bytes = 0,
  into: Entry[] = [],
): Entry[] {
  let rest = text
  for (; rest.length > TEXT_BYTES; rest = rest.slice(TEXT_BYTES)) {
    into.push({ kind: 'part', thread, status: 0, bytes: 0, text: rest.slice(0, TEXT_BYTES) })
  }
  into.push({ kind, thread, status, bytes, text: rest })
  return into
}

/** A text of any characters with each byte of its UTF-8 as a character. */
export function toBytes(text: string): string {
  return Buffer.from(text).toString('latin1')
}

/** The text whose UTF-8 has these bytes. */
export function fromBytes(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString()
}

/** What an error says. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
