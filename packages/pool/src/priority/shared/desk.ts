import { attachSender, type SharedReceiver } from '@millrace/mpsc/shared'
import type { Value } from '@millrace/ring'
import type { Codec } from '@millrace/ring/codec'
import type { PriorityPool } from '../api.ts'
import { type Answer, answerCodec } from './answer.ts'
import type { Request, Requests } from './request.ts'
import { Session } from './session.ts'

/** How many requests are taken at a time. */
const BATCH = 64

/** Where the owner of a pool serves its clients. */
export class Desk<T extends Value> {
  readonly #pool: PriorityPool<T>
  readonly #requests: SharedReceiver<Request<T>>
  readonly #handle: Requests<T>
  readonly #answers: Codec<Answer<T>>
  /** By where their answers go. */
  readonly #sessions = new Map<number, Session<T>>()

  constructor(pool: PriorityPool<T>, requests: SharedReceiver<Request<T>>, handle: Requests<T>, codec: Codec<T>) {
    this.#pool = pool
    this.#requests = requests
    this.#handle = handle
    this.#answers = answerCodec(codec)
  }

  /** Serves until there will be no more requests. */
  async serve(): Promise<void> {
    for await (const requests of this.#requests.batches(BATCH)) {
      for (const request of requests) this.#sessionOf(request)?.take(request)
    }
    for (const session of this.#sessions.values()) session.end()
  }

  /** Undefined if the client is gone. */
  #sessionOf({ object, generation }: Request<T>): Session<T> | undefined {
    const known = this.#sessions.get(object)
    if (known?.generation === generation) return known
    known?.end()
    this.#sessions.delete(object)
    try {
      return this.#open(object, generation)
    } catch {
      return undefined
    }
  }

  #open(object: number, generation: number): Session<T> {
    const { memory, kind } = this.#handle
    const codec = this.#answers
    const sender = attachSender<Answer<T>>({ memory, kind, object, generation, codec: codec.name }, codec)
    const session = new Session(this.#pool, sender, generation)
    this.#sessions.set(object, session)
    sender.whenClosed().then(() => {
      session.end()
      if (this.#sessions.get(object) === session) this.#sessions.delete(object)
    })
    return session
  }
}
