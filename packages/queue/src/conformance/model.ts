/** A message as the model knows it. One that is redriven is another one with the same body. */
export interface Known {
  readonly body: string
  readonly priority: number
  readonly expiresAtMs: number
  turn: number
  deliveries: number
  state: 'ready' | 'delayed' | 'leased' | 'dead'
  dueAtMs: number
}

/** What a queue of the model goes by. */
export interface ModelRules {
  readonly byPriority: boolean
  readonly maxDeliveries: number
}

/** A delivery, as its receiver knows it. */
export interface KnownLease {
  readonly message: Known
  readonly delivery: number
}

/** A queue and its dead-letter queue as one would write them without a thought for speed: lists, searched from end to end. */
export class Model {
  messages: Known[] = []
  readonly dead: Set<Known> = new Set()
  nowMs = 0
  readonly #rules: ModelRules
  #turn = 1
  readonly #born = new Map<Known, number>()

  constructor(rules: ModelRules) {
    this.#rules = rules
  }

  add(body: string, priority: number, delayMs: number, ttlMs: number): void {
    const dueAtMs = this.nowMs + delayMs
    const message: Known = {
      body,
      priority,
      expiresAtMs: dueAtMs + ttlMs,
      turn: 0,
      deliveries: 0,
      state: 'delayed',
      dueAtMs,
    }
    this.#born.set(message, this.#born.size)
    this.messages.push(message)
    if (delayMs === 0) this.#makeReady(message)
  }

  pass(ms: number): void {
    this.nowMs += ms
    for (const message of this.#due('leased')) this.#giveBack(message, 0)
    for (const message of this.#due('delayed')) this.#makeReady(message)
    this.messages = this.messages.filter((each) => each.deliveries > 0 || each.expiresAtMs > this.nowMs)
  }

  get ready(): Known[] {
    const isBefore = (a: Known, b: Known) => (this.#rules.byPriority ? b.priority - a.priority : 0) || a.turn - b.turn
    return this.messages.filter(({ state }) => state === 'ready').sort(isBefore)
  }

  count(state: Known['state']): number {
    return this.messages.filter((message) => message.state === state).length
  }

  take(max: number, leaseMs: number): KnownLease[] {
    return this.ready.slice(0, max).map((message) => {
      message.deliveries++
      if (leaseMs === 0) this.#forget(message)
      else Object.assign(message, { state: 'leased', dueAtMs: this.nowMs + leaseMs })
      return { message, delivery: message.deliveries }
    })
  }

  /** What becomes of what the holder of a lease does. */
  act({ message, delivery }: KnownLease, what: 'ack' | 'nack' | 'extend', ms: number): string {
    if (!this.messages.includes(message)) return 'missing'
    if (message.state !== 'leased' || message.deliveries !== delivery) return 'requeued'
    if (what === 'ack') this.#forget(message)
    else if (what === 'nack') this.#giveBack(message, ms)
    else message.dueAtMs = this.nowMs + ms
    return what === 'ack' ? 'acked' : 'held'
  }

  purge(): number {
    const before = this.messages.length
    this.messages = this.messages.filter(({ state }) => state === 'leased')
    return before - this.messages.length
  }

  /** Sends the dead letters with these bodies back, in that order. */
  redrive(bodies: readonly string[]): void {
    for (const body of bodies) {
      const message = [...this.dead].find((each) => each.body === body)
      if (message === undefined) throw new Error(`expected ${body} among the dead letters`)
      this.dead.delete(message)
      this.add(body, message.priority, 0, Number.POSITIVE_INFINITY)
    }
  }

  #due(state: Known['state']): Known[] {
    const isDue = (message: Known) => message.state === state && message.dueAtMs <= this.nowMs
    const born = (message: Known) => this.#born.get(message) ?? 0
    return this.messages.filter(isDue).sort((a, b) => a.dueAtMs - b.dueAtMs || born(a) - born(b))
  }

  #makeReady(message: Known): void {
    message.state = 'ready'
    message.turn ||= this.#turn++
  }

  #giveBack(message: Known, delayMs: number): void {
    if (message.deliveries >= this.#rules.maxDeliveries) {
      this.#forget(message)
      this.dead.add(Object.assign(message, { state: 'dead' as const }))
    } else if (delayMs === 0) this.#makeReady(message)
    else Object.assign(message, { state: 'delayed', dueAtMs: this.nowMs + delayMs })
  }

  #forget(message: Known): void {
    this.messages = this.messages.filter((each) => each !== message)
  }
}
