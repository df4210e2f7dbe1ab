/** So many at a time. */
const MOST = 16

/**
 * Lets in those whose answers may be large: a few at a time, and none while there is no room for answers.
 *
 * INVARIANT  who is held runs when those before have left and there is room; or when all are let go, to be told so.
 */
export class Turns {
  readonly #hasRoom: () => boolean
  #held: (() => void)[] = []
  #next = 0
  #inside = 0
  /** Who runs may leave, or wait, before it returns: then the next is let in by who let it in. */
  #isLettingIn = false

  constructor(hasRoom: () => boolean) {
    this.#hasRoom = hasRoom
  }

  /** Runs it, now or when its turn comes. It leaves once. */
  enter(run: () => void): void {
    if (this.#held.length === 0 && this.#inside < MOST && this.#hasRoom()) {
      this.#inside++
      run()
    } else {
      this.#held.push(run)
    }
  }

  /** One has left. */
  leave(): void {
    this.#inside--
    this.goOn()
  }

  /** Lets in those who are held, if there is room. */
  goOn(): void {
    this.#letIn(() => this.#inside < MOST && this.#hasRoom())
  }

  /** Lets in all who are held. */
  letGo(): void {
    this.#isLettingIn = false
    this.#letIn(() => true)
  }

  #letIn(isWelcome: () => boolean): void {
    if (this.#isLettingIn) return
    this.#isLettingIn = true
    try {
      while (this.#next < this.#held.length && isWelcome()) this.#enterNext()
    } finally {
      this.#isLettingIn = false
    }
  }

  #enterNext(): void {
    const run = this.#held[this.#next++] as () => void
    if (this.#next === this.#held.length) {
      this.#held = []
      this.#next = 0
    }
    this.#inside++
    run()
  }
}
