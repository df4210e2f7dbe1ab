import { readFile } from 'node:fs/promises'
import { addAbortSignal, type Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { oneLine, reasonOf } from '@millrace/command'
import type { OutgoingMessage, SendOptions } from '@millrace/queue'
import { linesOfStream } from './lines.ts'
import { readMessage } from './read-message.ts'

/** Where messages come from. */
export interface Source {
  readonly texts: readonly string[]
  readonly files: readonly string[]
  /** Whether each line is a message in JSON, as `receive` writes it. */
  readonly isJsonLines: boolean
  readonly options: SendOptions
}

/** A line is at most so long: what it becomes has to fit into the memory, and into a frame. */
const LONGEST_LINE_BYTES = 2 ** 24

/** The messages, as many at a time as are there: those that were typed and the files, or else the lines of the input. */
export async function* outgoing(source: Source, input: Readable, stop: AbortSignal): AsyncGenerator<OutgoingMessage[]> {
  const { texts, files, isJsonLines, options } = source
  if (texts.length > 0) yield texts.map((body) => ({ ...options, body }))
  for (const file of files) yield [{ ...options, body: await readBody(file, input, stop) }]
  if (texts.length + files.length > 0) return
  let number = 0
  for await (const lines of linesOfStream(addAbortSignal(stop, input), LONGEST_LINE_BYTES)) {
    yield lines.map((body) => {
      number++
      return isJsonLines ? readMessage(body, number, options) : { ...options, body }
    })
  }
}

async function readBody(file: string, input: Readable, stop: AbortSignal): Promise<Uint8Array> {
  if (file === '-') return buffer(addAbortSignal(stop, input))
  try {
    return await readFile(file, { signal: stop })
  } catch (error) {
    throw new Error(`--file: cannot read ${oneLine(file)}: ${reasonOf(error)}`, { cause: error })
  }
}

/** The messages again, at most so many at a time and not many bytes, in the same order. */
export async function* inBatches(
  groups: AsyncIterable<OutgoingMessage[]>,
  most: number,
  mostBytes: number,
): AsyncGenerator<OutgoingMessage[]> {
  for await (const group of groups) {
    let batch: OutgoingMessage[] = []
    let bytes = 0
    for (const message of group) {
      if (batch.length === most || (batch.length > 0 && bytes + message.body.length > mostBytes)) {
        yield batch
        batch = []
        bytes = 0
      }
      batch.push(message)
      bytes += message.body.length
    }
    if (batch.length > 0) yield batch
  }
}
