import { MAX_HEADERS, MAX_KEY_BYTES } from '../options.ts'
import { malformed } from './malformed.ts'
import type { Reader } from './reader.ts'
import type { Writer } from './writer.ts'

const NONE: Readonly<Record<string, string>> = Object.freeze({})

/** Headers: how many, and the name and the value of each. */
export function writeHeaders(writer: Writer, headers: Readonly<Record<string, string>>): void {
  const entries = isEmpty(headers) ? [] : Object.entries(headers)
  if (entries.length > MAX_HEADERS) {
    throw new RangeError(`headers: expected at most ${MAX_HEADERS}, got ${entries.length}`)
  }
  writer.u16(entries.length)
  for (const [name, value] of entries) {
    writer.text('headers: name', name, MAX_KEY_BYTES)
    writer.block(value)
  }
}

/** Reads headers, whatever their names are. */
export function readHeaders(reader: Reader): Readonly<Record<string, string>> {
  const count = reader.u16()
  if (count === 0) return NONE
  if (count > MAX_HEADERS) throw malformed(`${count} headers; at most ${MAX_HEADERS} are taken`)
  const entries: [string, string][] = []
  while (entries.length < count) entries.push([reader.text(MAX_KEY_BYTES), reader.longText()])
  // Not by assignment: one may be named __proto__.
  return Object.fromEntries(entries)
}

/** Nearly always it is. */
function isEmpty(headers: object): boolean {
  for (const _ in headers) return false
  return true
}
