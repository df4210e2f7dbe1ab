import type { Sender, Value } from '@millrace/mpsc'
import { show } from '@millrace/notify'
import { turned } from './turn.ts'

/** A stream of Node, as far as it is used. */
export interface NodeWritable {
  write(item: never): boolean
  end(): unknown
  on(event: NodeEvent, listener: (error?: unknown) => void): unknown
  off(event: NodeEvent, listener: (error?: unknown) => void): unknown
  readonly destroyed?: boolean
  readonly writableNeedDrain?: boolean
  readonly writableFinished?: boolean
  destroy?(error?: Error): unknown
}

/** The events of it that are used. */
type NodeEvent = 'drain' | 'finish' | 'close' | 'error'

/** What items can be sent to. */
export type Target<T> = Sender<T & Value> | NodeWritable | WritableStream<T>

/** What becomes of a target when all items are there. */
export interface ToOptions {
  /** Whether it is left open. It is closed if not given: a sender and streams end, and on a failure they are told of it. */
  readonly leaveOpen?: boolean | undefined
}

/** Where items go, one after the other. Of `end`, `abort` and `leave` one is called, once and last. */
export interface Sink {
  /** Resolves, or returns nothing, when the next may come. */
  write(item: unknown, signal: AbortSignal): Promise<void> | undefined
  /** All items are there: resolves when the target has them, and has ended. */
  end(): Promise<void>
  /** No more will come, because of an error: the target is told of it. */
  abort(error: unknown): Promise<void>
  /** No more will come, and the target stays open: resolves when it has what it was given, if `isWhole`. */
  leave(isWhole: boolean): Promise<void>
}

/** The sink of a target. Throws `TypeError` if it is none. */
export function sinkOf(target: unknown, leaveOpen: boolean | undefined): Sink {
  if (leaveOpen !== undefined && typeof leaveOpen !== 'boolean') {
    throw new TypeError(`to: leaveOpen: expected a boolean, got ${show(leaveOpen)}`)
  }
  const sink = openSink(Object(target), target)
  if (!leaveOpen) return sink
  return {
    write: (item, signal) => sink.write(item, signal),
    end: () => sink.leave(true),
    abort: () => sink.leave(false),
    leave: (isWhole) => sink.leave(isWhole),
  }
}

function openSink(given: Partial<Sender<Value> & NodeWritable & WritableStream<unknown>>, target: unknown): Sink {
  if (typeof given.trySend === 'function') return senderSink(given as Sender<Value>)
  if (typeof given.getWriter === 'function') return webSink(given as WritableStream<unknown>)
  if (typeof given.write === 'function' && typeof given.on === 'function') return new NodeSink(given as NodeWritable)
  throw new TypeError(`to: expected a sender, a Writable or a WritableStream, got ${show(target)}`)
}

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
    async leave() {},
  }
}

/** A stream of the web. It is locked until the end, and free again if it stays open. */
function webSink(stream: WritableStream<unknown>): Sink {
  const writer = stream.getWriter()
  writer.closed.catch(() => {}) // The write that failed tells of it.
  let last: Promise<void> = Promise.resolve()
  return {
    async write(item, signal) {
      await unlessAborted(writer.ready, signal)
      // Not awaited: `ready` is the backpressure, and a failed write rejects the next one, or the end.
      last = writer.write(item)
      last.catch(() => {})
    },
    end: () => writer.close(),
    abort: (error) => writer.abort(error),
    async leave(isWhole) {
      try {
        if (isWhole) await last
      } finally {
        writer.releaseLock()
      }
    },
  }
}

/** Ends a sink when it is filled, or tells it what that failed with; and gives what that gave. */
export async function ended<R>(sink: Sink, fill: () => Promise<R>, signal: AbortSignal | undefined): Promise<R> {
  try {
    const result = await fill()
    await unlessAborted(sink.end(), signal)
    return result
  } catch (error) {
    // The first error counts. A target that is still inside of a write is told, and given a turn of the event loop.
    await Promise.race([sink.abort(error).catch(() => {}), turned()])
    throw error
  }
}

/** As the promise; rejects with the reason when the signal, if there is one, aborts before. */
function unlessAborted(promise: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (signal === undefined) return promise
  return new Promise((resolve, reject) => {
    if (signal.aborted) reject(signal.reason)
    const onAbort = (): void => reject(signal.reason)
    const end = (): void => signal.removeEventListener('abort', onAbort)
    signal.addEventListener('abort', onAbort)
    promise.then(resolve, reject).finally(end)
  })
}

/**
 * A stream of Node.
 *
 * INVARIANT  from the first to the last moment somebody listens for errors: one between two writes is no uncaught exception.
 */
class NodeSink implements Sink {
  readonly #stream: NodeWritable
  #waiting: PromiseWithResolvers<void> | undefined
  #awaited: NodeEvent | undefined
  #failure: { readonly error: unknown } | undefined
  #isOver = false
  readonly #onDrain = (): void => this.#happened('drain')
  readonly #onFinish = (): void => this.#happened('finish')
  readonly #onError = (error?: unknown): void => this.#fail(error)
  readonly #onClose = (): void => {
    if (this.#isOver) this.#forget()
    else this.#fail(new Error('the stream was closed before all items were written'))
  }

  constructor(stream: NodeWritable) {
    this.#stream = stream
    stream.on('drain', this.#onDrain)
    stream.on('finish', this.#onFinish)
    stream.on('error', this.#onError)
    stream.on('close', this.#onClose)
    if (stream.destroyed) this.#onClose()
  }

  write(item: unknown, signal: AbortSignal): Promise<void> | undefined {
    if (this.#failure !== undefined) return Promise.reject(this.#failure.error)
    return this.#stream.write(item as never) ? undefined : this.#until('drain', signal)
  }

  async end(): Promise<void> {
    if (!this.#stream.writableFinished) {
      const finished = this.#until('finish')
      if (this.#failure === undefined) this.#stream.end()
      await finished
    }
    this.#isOver = true // What it tells of until it is closed is heard, and of no interest.
    if (this.#stream.destroyed !== false) this.#forget()
  }

  /** Destroying it makes it tell of the error, later: it is listened to until it is closed. */
  async abort(error: unknown): Promise<void> {
    this.#isOver = true
    if (this.#failure !== undefined || this.#stream.destroy === undefined) this.#forget()
    else this.#stream.destroy(error instanceof Error ? error : new Error('the pipeline failed', { cause: error }))
  }

  async leave(isWhole: boolean): Promise<void> {
    try {
      if (!isWhole) return
      if (this.#failure !== undefined || this.#stream.writableNeedDrain) await this.#until('drain')
    } finally {
      this.#forget()
    }
  }

  /** Resolves at the event; rejects when the stream fails or closes before, or the signal aborts. */
  async #until(event: NodeEvent, signal?: AbortSignal): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure.error
    this.#awaited = event
    this.#waiting = Promise.withResolvers()
    const { promise, reject } = this.#waiting
    const onAbort = (): void => reject(signal?.reason)
    signal?.addEventListener('abort', onAbort)
    try {
      await promise
    } finally {
      signal?.removeEventListener('abort', onAbort)
      this.#waiting = undefined
    }
  }

  #happened(event: NodeEvent): void {
    if (this.#awaited === event) this.#waiting?.resolve()
  }

  #fail(error: unknown): void {
    this.#failure ??= { error }
    this.#waiting?.reject(error)
  }

  #forget(): void {
    this.#stream.off('drain', this.#onDrain)
    this.#stream.off('finish', this.#onFinish)
    this.#stream.off('error', this.#onError)
    this.#stream.off('close', this.#onClose)
  }
}
