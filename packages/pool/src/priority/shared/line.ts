import { attachArena } from '@millrace/atomics'
import { attachSender, type SharedReceiver, type SharedSender, sharedChannel } from '@millrace/mpsc/shared'
import { attachLatch, type SharedLatch } from '@millrace/notify/shared'
import type { Value } from '@millrace/ring'
import type { Codec } from '@millrace/ring/codec'
import { type Answer, answerCodec } from './answer.ts'
import type { SharedPriorityPoolHandle } from './api.ts'
import type { Call, Loss } from './calls.ts'
import { type Request, type RequestKind, requestCodec } from './request.ts'

/** How many answers lie before a client. */
const ANSWERS = 256

/** What a request says beside what kind it is and whose. */
type Fields<T> = Partial<Omit<Request<T>, 'kind' | 'object' | 'generation' | 'id'>>

/**
 * The line from a client to the owner of a pool: requests there, answers back.
 *
 * INVARIANT  somebody reads answers exactly while a call waits for one, so that an idle client keeps no process alive.
 * INVARIANT  after a loss no call waits.
 */
export class Line<T extends Value> {
  readonly #requests: SharedSender<Request<T>>
  readonly #answers: SharedReceiver<Answer<T>>
  readonly #ended: SharedLatch
  readonly #object: number
  readonly #generation: number
  readonly #calls = new Map<number, Call<T>>()
  #nextId = 0
  #isReading = false
  /** Whether the owner gets to know this client, and so closes the channel of its answers when it ends. */
  #isKnown = false
  #loss: Loss | undefined

  constructor(handle: SharedPriorityPoolHandle<T>, codec: Codec<T>) {
    const asked = requestCodec(codec)
    this.#requests = attachSender(handle.requests, asked)
    this.#ended = attachLatch(handle.ended)
    const arena = attachArena(handle.requests.memory)
    const answers = sharedChannel({ capacity: ANSWERS, codec: answerCodec(codec), arena })
    this.#answers = answers.receiver
    this.#object = answers.handle.object
    this.#generation = answers.handle.generation
    // The channel of answers does not tell, if the owner dies before it has sent any.
    this.#requests.whenClosed().then(() => {
      if (this.#loss === undefined && !this.#ended.isOpen) this.#answers.close()
    })
  }

  /** Why no answer comes any more. */
  get loss(): Loss | undefined {
    return this.#loss
  }

  /** A number for a call, whose answers it gets from now on. */
  open(call: Call<T>): number {
    const id = this.#nextId
    this.#nextId = (id + 1) | 0
    if (this.#loss !== undefined) call.lose(this.#loss)
    else this.#calls.set(id, call)
    return id
  }

  /** Takes a call back of which nothing was asked. */
  drop(id: number): void {
    this.#calls.delete(id)
  }

  /** Asks. Answers a promise if that has to wait for room. Throws for an item that cannot be encoded. */
  ask(kind: RequestKind, id: number, fields: Fields<T> = {}): Promise<void> | undefined {
    if (this.#loss !== undefined) return undefined
    const { n = 0, isLast = true, timeoutMs, priority, ttlMs, key, item } = fields
    const [object, generation] = [this.#object, this.#generation]
    const request = { kind, object, generation, id, n, isLast, timeoutMs, priority, ttlMs, key, item }
    const outcome = this.#requests.trySend(request)
    if (outcome === 'sent') this.#isKnown = true
    if (outcome === 'closed') this.#refused()
    if (!this.#isReading && this.#calls.size > 0) void this.#read()
    return outcome === 'full' ? this.#send(request) : undefined
  }

  /** Leaves the pool. */
  leave(): void {
    if (this.#loss === undefined) this.#lose('left')
  }

  async #read(): Promise<void> {
    this.#isReading = true
    while (this.#calls.size > 0) {
      const answers = await this.#answers.receiveMany(ANSWERS)
      if (answers.length === 0) this.#end()
      for (const answer of answers) {
        if (this.#calls.get(answer.id)?.take(answer) === true) this.#calls.delete(answer.id)
      }
    }
    this.#isReading = false
  }

  async #send(request: Request<T>): Promise<void> {
    try {
      await this.#requests.send(request)
      this.#isKnown = true
    } catch {
      this.#refused()
    }
  }

  /** No request is taken any more; those that were are still answered. */
  #refused(): void {
    if (!this.#isKnown) this.#end()
  }

  /** The owner serves nobody any more. */
  #end(): void {
    if (this.#loss === undefined) this.#lose(this.#ended.isOpen ? 'ended' : 'crashed')
  }

  #lose(loss: Loss): void {
    this.#loss = loss
    for (const call of this.#calls.values()) call.lose(loss)
    this.#calls.clear()
    this.#answers[Symbol.dispose]()
    this.#requests[Symbol.dispose]()
    this.#ended[Symbol.dispose]()
  }
}
