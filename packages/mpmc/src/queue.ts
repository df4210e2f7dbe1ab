import type { ChannelOptions, Sender, SendOutcome, Value, WaitOptions } from '@millrace/channel'
import type { Queue, Receiver } from './api.ts'
import { channel } from './bounded.ts'

/** Both ends of a channel in one object. Contract: `Queue`. */
class ChannelQueue<T extends Value> implements Queue<T> {
  readonly sender: Sender<T>
  readonly receiver: Receiver<T>

  constructor(options: ChannelOptions<T>) {
    const { sender, receiver } = channel(options)
    this.sender = sender
    this.receiver = receiver
  }

  get capacity(): number {
    return this.sender.capacity
  }

  get length(): number {
    return this.sender.length
  }

  get free(): number {
    return this.sender.free
  }

  get isEmpty(): boolean {
    return this.length === 0
  }

  get isFull(): boolean {
    return this.free === 0
  }

  get isClosed(): boolean {
    return this.sender.closed
  }

  send(value: T, options?: WaitOptions): Promise<void> {
    return this.sender.send(value, options)
  }

  trySend(value: T): SendOutcome {
    return this.sender.trySend(value)
  }

  sendMany(values: Iterable<T>, options?: WaitOptions): Promise<number> {
    return this.sender.sendMany(values, options)
  }

  receive(options?: WaitOptions): Promise<T | undefined> {
    return this.receiver.receive(options)
  }

  tryReceive(): T | undefined {
    return this.receiver.tryReceive()
  }

  receiveMany(max: number, options?: WaitOptions): Promise<T[]> {
    return this.receiver.receiveMany(max, options)
  }

  close(error?: unknown): void {
    this.sender.close(error)
  }

  [Symbol.dispose](): void {
    this.close()
  }

  [Symbol.asyncIterator](): AsyncIterator<T, void, undefined> {
    return this.receiver[Symbol.asyncIterator]()
  }
}

/**
 * Makes a queue: an mpmc channel in one object, for those who share it and have no use for two ends. Options as for `channel`.
 *
 * @example
 * const jobs = queue<string>({ capacity: 2 })
 * await jobs.send('wash')
 * jobs.free // => 1
 * await jobs.receive() // => 'wash'
 */
export function queue<T extends Value>(options: ChannelOptions<T>): Queue<T> {
  return new ChannelQueue(options)
}
