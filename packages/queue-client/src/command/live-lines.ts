import type { Output } from './output.ts'

const CLEAR = '\x1b[0J'

/**
 * Lines at the end of a terminal that are drawn again in place.
 *
 * INVARIANT  the cursor is at the beginning of the line below the last one drawn. Lines are given no wider than the terminal.
 */
export class LiveLines {
  readonly #output: Output
  #height = 0

  constructor(output: Output) {
    this.#output = output
  }

  draw(lines: readonly string[]): Promise<void> {
    const up = this.#height === 0 ? '' : `\x1b[${this.#height}F`
    this.#height = lines.length
    return this.#output.write(`${up}${CLEAR}${lines.join('\n')}\n`)
  }
}
