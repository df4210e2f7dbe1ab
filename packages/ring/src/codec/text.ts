import { EncodeError } from './errors.ts'
import { platform } from './platform.ts'

/**
 * Texts in shared memory: a byte that says how, then one byte a character if every character has one, else UTF-8.
 *
 *     offset
 *     ┌───┬─────────────┐
 *     │ 0 │ h e l l o   │   Latin-1: U+0000 to U+00FF
 *     ├───┼─────────────┤
 *     │ 1 │ € 1 0       │   UTF-8
 *     └───┴─────────────┘
 */
const LATIN1 = 0
const UTF8 = 1

/** The bytes a text takes beside its characters. */
export const TEXT_OVERHEAD = 1

/** Up to here a loop costs less than a call into the runtime. */
const SHORT = 24

/** On a text that V8 stores one byte a character this answers at once: the pattern can match none of them. */
const WIDE = /[\u0100-\uffff]/

/** Writes a text of at most `most` bytes and answers how many bytes it took, `TEXT_OVERHEAD` included. */
export function writeText(codec: string, most: number, text: string, into: Uint8Array, offset: number): number {
  const { length } = text
  if (length > most)
    throw new EncodeError('too-large', codec, `expected at most ${most} bytes, got ${length} characters`)
  const start = offset + TEXT_OVERHEAD
  if (length <= SHORT ? writeShort(text, into, start) : !WIDE.test(text)) {
    if (length > SHORT) writeLatin1(text, into, start)
    into[offset] = LATIN1
    return TEXT_OVERHEAD + length
  }
  if (!text.isWellFormed()) {
    throw new EncodeError('not-encodable', codec, 'expected well-formed text, got half of a surrogate pair')
  }
  const bytes = length * 3 <= most ? length * 3 : utf8Length(text)
  if (bytes > most) {
    throw new EncodeError('too-large', codec, `expected at most ${most} bytes, got ${bytes} (${length} characters)`)
  }
  into[offset] = UTF8
  return TEXT_OVERHEAD + writeUtf8(text, into, start, bytes)
}

/** Reads the text that `writeText` wrote in `length` bytes. */
export function readText(from: Uint8Array, offset: number, length: number): string {
  const start = offset + TEXT_OVERHEAD
  const end = offset + length
  if (from[offset] === UTF8) return readUtf8(from, start, end)
  return end - start <= SHORT ? readShort(from, start, end - start) : readLatin1(from, start, end)
}

/** Writes one byte a character; `false` from the first that has more. */
function writeShort(text: string, into: Uint8Array, start: number): boolean {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit > 0xff) return false
    into[start + i] = unit
  }
  return true
}

// One list for each length, so that a call of `fromCharCode` needs no list of its own.
const lists: readonly number[][] = Array.from({ length: SHORT + 1 }, (_, length) => Array.from({ length }, () => 0))

function readShort(from: Uint8Array, start: number, length: number): string {
  const units = lists[length] as number[]
  for (let i = 0; i < length; i++) units[i] = from[start + i] as number
  return String.fromCharCode.apply(null, units)
}

function writeLatin1(text: string, into: Uint8Array, start: number): void {
  if (platform === undefined) writeShort(text, into, start)
  else platform.latin1Write.call(into, text, start, text.length)
}

/** Characters a call of `fromCharCode` may be given without danger to the stack. */
const PIECE = 4096

function readLatin1(from: Uint8Array, start: number, end: number): string {
  if (platform !== undefined) return platform.latin1Slice.call(from, start, end)
  let text = ''
  for (let at = start; at < end; at += PIECE) {
    const units = from.subarray(at, Math.min(at + PIECE, end))
    text += String.fromCharCode.apply(null, units as unknown as number[])
  }
  return text
}

function writeUtf8(text: string, into: Uint8Array, start: number, most: number): number {
  if (platform !== undefined) return platform.utf8Write.call(into, text, start, most)
  const bytes = encoder.encode(text)
  into.set(bytes, start)
  return bytes.length
}

function readUtf8(from: Uint8Array, start: number, end: number): string {
  if (platform !== undefined) return platform.utf8Slice.call(from, start, end)
  // Browsers do not decode shared memory, hence the copy. A leading U+FEFF belongs to the text.
  return decoder.decode(from.slice(start, end))
}

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/** How many bytes a well-formed text takes in UTF-8; half a surrogate pair counts two. */
function utf8Length(text: string): number {
  let bytes = text.length
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit >= 0x80) bytes += unit >= 0x800 && (unit & 0xf800) !== 0xd800 ? 2 : 1
  }
  return bytes
}
