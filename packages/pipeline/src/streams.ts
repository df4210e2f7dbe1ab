/** A pipeline as a stream of Node or of the web. */

/** A `Readable` of Node, as far as it can be told without its types. */
export interface NodeReadable<T> extends AsyncIterable<T> {
  /** Whether it was destroyed. */
  readonly destroyed: boolean
  /** Ends it. */
  destroy(error?: Error): this
  /** Writes all items to a stream, which is handed back. */
  pipe<D extends object>(destination: D, options?: { end?: boolean }): D
  /** Calls back for each event. */
  on(event: string, listener: (...args: never[]) => void): this
  /** All items. */
  toArray(): Promise<T[]>
}

interface Streams {
  readonly Readable: { from(items: AsyncIterable<unknown>, options: { objectMode: boolean }): object }
}

/** A stream of Node in object mode. Throws `TypeError` where there is no Node. */
export function nodeReadable(items: AsyncIterable<unknown>): object {
  const node = (globalThis as { process?: { getBuiltinModule?(name: string): unknown } }).process
  const streams = node?.getBuiltinModule?.('stream') as Streams | undefined
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
        iterator ??= items[Symbol.asyncIterator]() // One that was never read is left, too.
        await iterator.return?.()
      },
    },
    { highWaterMark: 0 },
  )
}
