/** Characters of a line that are looked at; what is longer is cut there. */
export const LINE_MAX = 65_536

/** Puts the lines together that chunks of bytes cut in two. A character is a byte: Latin-1. */
export class Lines {
  #rest = ''

  /** The lines that end in this chunk, without their line feeds. */
  add(chunk: Buffer): string[] {
    const lines = chunk.toString('latin1').split('\n')
    lines[0] = this.#continued(lines[0])
    this.#rest = lines.pop() ?? ''
    return lines
  }

  /** The last line, if no line feed ended it. */
  end(): string[] {
    return this.#rest === '' ? [] : [this.#rest]
  }

  #continued(piece = ''): string {
    return `${this.#rest}${piece}`.slice(0, LINE_MAX)
  }
}
