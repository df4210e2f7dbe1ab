import type { Reader } from './reader.ts'
import type { Writer } from './writer.ts'

const NONE: Readonly<Record<string, string>> = Object.freeze({})

/** Headers: how many, and the name and the value of each. */
export function writeHeaders(writer: Writer, headers: Readonly<Record<string, string>>): void {
  const entries = Object.entries(headers)
  if (entries.length > 65_535) throw new RangeError(`headers: expected at most 65,535, got ${entries.length}`)
  writer.u16(entries.length)
  for (const [name, value] of entries) {
    writer.text('headers: name', name)
    writer.block(value)
  }
}

/** Reads headers, whatever their names are. */
export function readHeaders(reader: Reader): Readonly<Record<string, string>> {
  const count = reader.u16()
  if (count === 0) return NONE
  const entries: [string, string][] = []
  while (entries.length < count) entries.push([reader.text(), reader.longText()])
  // Not by assignment: one may be named __proto__.
  return Object.fromEntries(entries)
}
