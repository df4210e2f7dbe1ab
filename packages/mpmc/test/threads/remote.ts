import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads'
import { type Call, type Message, SYMBOLS, type Wired, type WiredObject } from './wire.ts'

/**
 * Objects of another thread, as if they were of this one: each call sleeps until the other thread has made it, so that calls
 * happen in the order they are written in and throw what they throw. Only promises are settled later.
 */
export class Remote {
  readonly #worker: Worker
  readonly #port: MessageChannel['port1']
  readonly #answered = new Int32Array(new SharedArrayBuffer(4))
  readonly #promises = new Map<number, PromiseWithResolvers<unknown>>()
  readonly #early = new Map<number, Message & { kind: 'settled' }>()
  readonly #signals = new Map<AbortSignal, number>()
  #tell: (what: unknown) => void = () => {}

  constructor() {
    const { port1, port2 } = new MessageChannel()
    this.#port = port1
    this.#worker = new Worker(new URL('./remote.worker.ts', import.meta.url), {
      workerData: { port: port2, answered: this.#answered },
      transferList: [port2],
    })
    port1.on('message', (message: Message) => this.#hear(message))
  }

  /** Makes an object there. `tell` hears what it tells by the way. */
  attach<T extends object>(order: object, tell: (what: unknown) => void): T {
    this.#tell = tell
    return this.#ask({ kind: 'attach', order }) as T
  }

  /** Disposes all that was made there. */
  forget(): void {
    this.#ask({ kind: 'forget' })
    this.#promises.clear()
    this.#signals.clear()
  }

  async end(): Promise<void> {
    this.#port.close()
    await this.#worker.terminate()
  }

  #ask(call: Call): unknown {
    this.#port.postMessage(call)
    for (;;) {
      const answered = Atomics.load(this.#answered, 0)
      const received = receiveMessageOnPort(this.#port) as { message: Message } | undefined
      if (received === undefined) {
        if (Atomics.wait(this.#answered, 0, answered, 60_000) === 'timed-out')
          throw new Error('the other thread is dead')
        continue
      }
      const { message } = received
      if (message.kind === 'thrown') throw this.#unwire(message.value)
      if (message.kind === 'returned') return this.#unwire(message.value)
      this.#hear(message)
    }
  }

  #hear(message: Message): void {
    if (message.kind === 'told') this.#tell(message.what)
    if (message.kind !== 'settled') return
    const promise = this.#promises.get(message.promise)
    if (promise === undefined) this.#early.set(message.promise, message)
    else this.#settle(promise, message)
  }

  #settle(promise: PromiseWithResolvers<unknown>, { failed, value, promise: number }: Message & { kind: 'settled' }) {
    this.#promises.delete(number)
    if (failed) promise.reject(this.#unwire(value))
    else promise.resolve(this.#unwire(value))
  }

  #unwire(wired: Wired): unknown {
    switch (wired.is) {
      case 'plain':
        return wired.value
      case 'array':
        return wired.values.map((each) => this.#unwire(each))
      case 'record':
        return Object.fromEntries(wired.values.map(([name, each]) => [name, this.#unwire(each)]))
      case 'error':
        return Object.assign(
          new Error(),
          Object.fromEntries(wired.values.map(([name, each]) => [name, this.#unwire(each)])),
        )
      case 'reason':
        return [...this.#signals].find(([, signal]) => signal === wired.signal)?.[0].reason
      case 'promise':
        return this.#promiseOf(wired.promise)
      case 'object':
        return this.#objectOf(wired)
    }
  }

  #promiseOf(number: number): Promise<unknown> {
    const promise = Promise.withResolvers<unknown>()
    this.#promises.set(number, promise)
    const early = this.#early.get(number)
    this.#early.delete(number)
    if (early !== undefined) this.#settle(promise, early)
    return promise.promise
  }

  #objectOf({ object: target, methods, getters }: WiredObject): object {
    const object = {}
    for (const member of methods) {
      const value = (...args: unknown[]) =>
        this.#ask({ kind: 'call', target, member, args: args.map((each) => this.#argument(each)) })
      Object.defineProperty(object, SYMBOLS[member] ?? member, { value })
    }
    for (const member of getters) {
      Object.defineProperty(object, member, { get: () => this.#ask({ kind: 'read', target, member }) })
    }
    return object
  }

  #argument(value: unknown): unknown {
    const signal = (value as { signal?: unknown } | null | undefined)?.signal
    return signal instanceof AbortSignal ? { ...(value as object), signal: this.#wireSignal(signal) } : value
  }

  #wireSignal(signal: AbortSignal): { wiredSignal: number; aborted: boolean } {
    let number = this.#signals.get(signal)
    if (number === undefined) {
      number = this.#signals.size + 1
      this.#signals.set(signal, number)
      const abort: Call = { kind: 'abort', signal: number }
      signal.addEventListener('abort', () => this.#ask(abort))
    }
    return { wiredSignal: number, aborted: signal.aborted }
  }
}
