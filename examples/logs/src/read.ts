import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { type Entry, plainEntry, textEntries } from './entry.ts'
import { Lines } from './lines.ts'
import { parseLine } from './parse.ts'

const CHUNK_BYTES = 65_536

/** The requests and bad lines of a file, some hundred at a time; a `.gz` file is decompressed. Throws what the system or zlib says. */
export async function* readEntries(path: string, thread: number): AsyncGenerator<Entry[]> {
  const lines = new Lines()
  for await (const chunk of contents(path)) yield entriesOf(lines.add(chunk), thread)
  yield entriesOf(lines.end(), thread)
}

function contents(path: string): AsyncIterable<Buffer> {
  const file = createReadStream(path, { highWaterMark: CHUNK_BYTES })
  // Errors of either come out of the iteration.
  return path.endsWith('.gz') ? pipeline(file, createGunzip({ chunkSize: CHUNK_BYTES }), () => {}) : file
}

function entriesOf(lines: readonly string[], thread: number): Entry[] {
  const entries: Entry[] = []
  for (const line of lines) {
    if (line === '' || line === '\r') continue
    const request = parseLine(line)
    if (request === undefined) entries.push(plainEntry('bad', thread))
    else textEntries('request', thread, request.path, request.status, request.bytes, entries)
  }
  return entries
}
