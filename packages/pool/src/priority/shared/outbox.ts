import type { SharedSender } from '@millrace/channel/shared'
import type { Value } from '@millrace/ring'
import type { Answer } from './answer.ts'

/** The answers to one client, sent in their order as it reads them. */
export class Outbox<T extends Value> {
  readonly #sender: SharedSender<Answer<T>>
  #answers: Answer<T>[] = []
  #isSending = false
  #isEnding = false

  constructor(sender: SharedSender<Answer<T>>) {
    this.#sender = sender
  }

  /** Sends an answer, now or later. One to a client that is gone goes nowhere. */
  add(answer: Answer<T>): void {
    if (!this.#isSending && this.#sender.trySend(answer) !== 'full') return
    this.#answers.push(answer)
    if (!this.#isSending) void this.#send()
  }

  /** Sends what there is, and then lets go of the channel. */
  end(): void {
    this.#isEnding = true
    if (!this.#isSending) this.#sender[Symbol.dispose]()
  }

  async #send(): Promise<void> {
    this.#isSending = true
    while (this.#answers.length > 0) {
      const answers = this.#answers
      this.#answers = []
      // Cut short, the client is gone.
      await this.#sender.sendMany(answers).catch(() => {})
    }
    this.#isSending = false
    if (this.#isEnding) this.#sender[Symbol.dispose]()
  }
}
