/** What a message was sent with that matters to where it is found. */
export interface Outgoing {
  readonly priority: number
  readonly readyAtMs: number
  /** It may be dropped from then on. */
  readonly expiresAtMs: number
}

/** What is known of a message that carries this body. */
export interface Fact extends Outgoing {
  readonly body: string
  readonly queue: string
  /** Those it was sent together with. */
  readonly batch: readonly string[]
  /** The order of sending. */
  readonly turn: number
  /** Whether the sender knows that it was sent. */
  isSent: boolean
  /** So many things were done that may take it away, … */
  leaving: number
  /** … and whoever did one knows that it was done. */
  isGone: boolean
  /** Which was the thing that was done so. */
  goneBy: number
  /** A crash between moves to the dead-letter queue and back, of which nobody was told, has left two of it. */
  isDouble: boolean
  /** It may have been redriven: then it was sent anew, alone. */
  mayBeRedriven: boolean
}

/** Where a message was found. */
export interface Found {
  readonly body: string
  readonly queue: string
}

/**
 * What those who use queues have been told, and so what has to be there when the queues are opened anew. Of what they have not been told, either
 * may be.
 */
export class Facts {
  readonly #facts = new Map<string, Fact>()
  #count = 0
  /** Whether a crash may leave two of a message, at the worst. */
  mayDouble = false
  /** Whether a crash may lose what was answered, since nobody said that it was safe. */
  mayLose = false

  /** A body that no other message has. What is behind the bar follows from what is in front of it. */
  newBody(length: number): string {
    const id = `${++this.#count}`
    return `${id}|${id.repeat(length).slice(0, length)}`
  }

  /** Messages are about to be sent together. */
  sending(queue: string, messages: readonly (Outgoing & { readonly body: string })[]): Fact[] {
    const batch = messages.map(({ body }) => body)
    return messages.map((message) => {
      const state = { isSent: false, leaving: 0, isGone: false, goneBy: 0, isDouble: false, mayBeRedriven: false }
      const fact = { ...message, queue, batch, turn: Number(message.body.split('|')[0]), ...state }
      this.#facts.set(message.body, fact)
      return fact
    })
  }

  find(body: string): Fact | undefined {
    return this.#facts.get(body)
  }

  /** Of a message that was found, or delivered to who asked so early. */
  of(body: string, asked: number = Number.POSITIVE_INFINITY): Fact {
    const fact = this.#facts.get(body)
    if (fact === undefined) throw new Error(`${short(body)} is there, and it was lost before, or was never sent`)
    if (fact.isGone && !fact.isDouble && !this.mayLose && asked > fact.goneBy)
      throw new Error(`${short(body)} is there, and it was gone`)
    return fact
  }

  /** Those that were sent to a queue, or may have come there from another. */
  in(queue: string): Fact[] {
    const from = queue === 'dead' || queue === 'a' ? ['dead', 'a'] : [queue]
    return [...this.#facts.values()].filter((fact) => from.includes(fact.queue))
  }

  /** Compares what was found with what has to be there. */
  check(found: readonly Found[], nowMs: number): void {
    const places = placesOf(found)
    for (const [body, all] of places) this.#checkFound(body, all)
    for (const fact of this.#facts.values()) this.#checkLost(fact, places, nowMs)
  }

  /** It has been opened: what was found is there from now on, and what was not never will be. */
  learn(found: readonly Found[]): void {
    const places = placesOf(found)
    for (const [body, fact] of this.#facts) {
      if (places.has(body)) Object.assign(fact, { isSent: true, leaving: 0, isGone: false })
      else this.#facts.delete(body)
    }
  }

  /** Those of a queue that are ready leave in the order in which they were sent, or became ready. */
  checkOrder(queue: string, bodies: readonly string[]): void {
    const facts = bodies.map((body) => this.of(body)).filter((fact) => fact.queue === queue && !this.#mayMove(fact))
    for (const [index, next] of facts.entries()) {
      const before = facts[index - 1]
      if (before === undefined) continue
      const byPriority = queue === 'b' ? next.priority - before.priority : 0
      const order = byPriority || before.readyAtMs - next.readyAtMs || before.turn - next.turn
      if (order > 0) throw new Error(`${queue}: ${short(before.body)} is in front of ${short(next.body)}`)
    }
  }

  #mayMove({ queue }: Fact): boolean {
    return queue === 'a' || queue === 'dead'
  }

  #checkFound(body: string, places: readonly string[]): void {
    const [id = '', filling = ''] = body.split('|')
    if (filling !== id.repeat(filling.length).slice(0, filling.length)) throw new Error(`not whole: ${body}`)
    const fact = this.of(body)
    if (places.length > 1 && !fact.isDouble) {
      if (!this.mayDouble || !this.#mayMove(fact) || places.length > 2)
        throw new Error(`${short(body)} is in ${places}`)
      fact.isDouble = true
    }
    const elsewhere = places.find((place) => place !== fact.queue && !(this.#mayMove(fact) && /^(a|dead)$/.test(place)))
    if (elsewhere !== undefined) throw new Error(`${short(body)} is in ${elsewhere}, and was sent to ${fact.queue}`)
  }

  #checkLost(fact: Fact, places: ReadonlyMap<string, readonly string[]>, nowMs: number): void {
    if (places.has(fact.body) || fact.isGone || fact.leaving > 0 || fact.expiresAtMs <= nowMs) return
    if (fact.isSent && !this.mayLose) throw new Error(`${short(fact.body)} is lost, which was sent to ${fact.queue}`)
    const other = fact.batch.find((body) => this.#isAsSent(body, places.get(body)))
    if (other !== undefined) throw new Error(`${short(fact.body)} is lost, and not ${short(other)} of its batch`)
  }

  /**
   * Whether what was found is what was sent with others. Where nothing says what is safe, a message that was moved may have outlived those that were
   * sent with it: by then it was another one.
   */
  #isAsSent(body: string, places: readonly string[] | undefined): boolean {
    const fact = this.#facts.get(body)
    if (places === undefined || fact === undefined) return false
    return !this.mayLose || (!fact.mayBeRedriven && places.includes(fact.queue))
  }
}

function short(body: string): string {
  return `message ${body.slice(0, 40)}`
}

function placesOf(found: readonly Found[]): Map<string, string[]> {
  const places = new Map<string, string[]>()
  for (const { body, queue } of found) places.set(body, [...(places.get(body) ?? []), queue])
  return places
}
