const CLEAR = '\x1b[0J'

/**
 * Lines at the end of a terminal that are drawn again in place.
 *
 * INVARIANT  the cursor is at the beginning of the line below the last one drawn, unless somebody else wrote since `leave`. Lines are given no
 *            wider than the terminal.
 */
export class LiveLines {
  readonly #write: (text: string) => Promise<void>
  #height = 0

  constructor(write: (text: string) => Promise<void>) {
    this.#write = write
  }

  draw(lines: readonly string[]): Promise<void> {
    const up = this.#height === 0 ? '' : `\x1b[${this.#height}F`
    this.#height = lines.length
    return this.#write(`${up}${CLEAR}${lines.join('\n')}\n`)
  }

  /** Leaves there what was drawn: the next lines come below, and below whatever is written in between. */
  leave(): void {
    this.#height = 0
  }
}
