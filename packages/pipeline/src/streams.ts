/** A pipeline as a stream of Node or of the web. */
import type { Readable } from 'node:stream'

/** A stream of Node in object mode. Throws `TypeError` where there is no Node. */
export function nodeReadable(items: AsyncIterable<unknown>): Readable {
  const node = (globalThis as { process?: { getBuiltinModule?(name: string): unknown } }).process
  const streams = node?.getBuiltinModule?.('node:stream') as typeof import('node:stream') | undefined
  if (streams === undefined) throw new TypeError('toReadable: only Node has such streams; use toReadableStream')
  return streams.Readable.from(items, { objectMode: true })
}

/** A stream of the web, which asks for an item when it is asked for one. */
export function webReadable<T>(items: AsyncIterable<T>): ReadableStream<T> {
  let iterator: AsyncIterator<T> | undefined
  return new ReadableStream<T>(
    {
      async pull(controller) {
        iterator ??= items[Symbol.asyncIterator]()
        const { done, value } = await iterator.next()
        if (done) controller.close()
        else controller.enqueue(value)
      },
      async cancel() {
        await iterator?.return?.()
      },
    },
    { highWaterMark: 0 },
  )
}
