import type { Sender, Value } from '@millrace/mpsc'
import { checkOptions, show } from './options.ts'

/** A stream of Node, as far as it is used. */
export interface NodeWritable {
  write(item: never): boolean
  end(): unknown
  once(event: 'drain' | 'finish' | 'close' | 'error', listener: (error?: unknown) => void): unknown
  off(event: 'drain' | 'finish' | 'close' | 'error', listener: (error?: unknown) => void): unknown
  readonly destroyed?: boolean
  destroy?(error?: Error): unknown
}

/** What items can be sent to. */
export type Target<T> = Sender<T & Value> | NodeWritable | WritableStream<T>

/** What becomes of a target when all items are there. */
export interface ToOptions {
  /** Whether it is left open. It is closed if not given: a sender and streams end, and on a failure they are told of it. */
  readonly leaveOpen?: boolean | undefined
}

/** Where items go, one after the other. */
export interface Sink {
  /** Resolves, or returns nothing, when the next may come. */
  write(item: unknown, signal: AbortSignal): Promise<void> | undefined
  /** All items are there. */
  end(): Promise<void>
  /** No more will come, because of an error. */
  abort(error: unknown): Promise<void>
}

/** The sink of a target. Throws `TypeError` if it is none. */
export function sinkOf(target: unknown, options: ToOptions | undefined): Sink {
  checkOptions('to', options, ['leaveOpen'])
  const given = Object(target) as Partial<Sender<Value> & NodeWritable & WritableStream<unknown>>
  const sink = bareSink(given, target)
  return options?.leaveOpen ? { write: sink.write, end: nothing, abort: nothing } : sink
}

function bareSink(given: Partial<Sender<Value> & NodeWritable & WritableStream<unknown>>, target: unknown): Sink {
  if (typeof given.trySend === 'function') return senderSink(given as Sender<Value>)
  if (typeof given.getWriter === 'function') return webSink(given as WritableStream<unknown>)
  if (typeof given.write === 'function' && typeof given.once === 'function') return nodeSink(given as NodeWritable)
  throw new TypeError(`to: expected a sender, a Writable or a WritableStream, got ${show(target)}`)
}

async function nothing(): Promise<void> {}

function senderSink(sender: Sender<Value>): Sink {
  return {
    write(item, signal) {
      if (sender.trySend(item as Value) === 'sent') return undefined
      return sender.send(item as Value, { signal })
    },
    async end() {
      sender.close()
    },
    async abort(error) {
      sender.close(error === undefined ? new Error('the pipeline failed with undefined') : error)
    },
  }
}

function webSink(stream: WritableStream<unknown>): Sink {
  const writer = stream.getWriter()
  writer.closed.catch(() => {}) // The write that failed tells of it.
  return {
    async write(item) {
      await writer.ready
      // Not awaited: `ready` is the backpressure, and a failed write rejects the next one, or the close.
      writer.write(item).catch(() => {})
    },
    end: () => writer.close(),
    abort: (error) => writer.abort(error),
  }
}

function nodeSink(stream: NodeWritable): Sink {
  return {
    write(item, signal) {
      return stream.write(item as never) ? undefined : event(stream, 'drain', signal)
    },
    end() {
      const finished = event(stream, 'finish')
      stream.end()
      return finished
    },
    async abort(error) {
      stream.destroy?.(error instanceof Error ? error : new Error('the pipeline failed', { cause: error }))
    },
  }
}

/** Resolves at the event; rejects when the stream fails or closes before, or the signal aborts. */
function event(stream: NodeWritable, name: 'drain' | 'finish', signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void): void => {
      stream.off(name, onEvent)
      stream.off('error', onError)
      stream.off('close', onClose)
      signal?.removeEventListener('abort', onAbort)
      act()
    }
    const onEvent = (): void => settle(resolve)
    const onError = (error?: unknown): void => settle(() => reject(error))
    const onClose = (): void => settle(() => reject(new Error('the stream was closed before all items were written')))
    const onAbort = (): void => settle(() => reject(signal?.reason))
    stream.once(name, onEvent)
    stream.once('error', onError)
    stream.once('close', onClose)
    signal?.addEventListener('abort', onAbort)
    if (stream.destroyed) onClose()
  })
}
