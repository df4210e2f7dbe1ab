import { Writable } from 'node:stream'

/** A terminal that keeps what is on its screen: enough of one for cursor up, erase and line feeds. */
export class Screen extends Writable {
  readonly isTTY: boolean
  columns: number
  rows = 24
  lines: string[] = ['']
  written = ''
  #row = 0

  constructor(columns: number, isTTY = true) {
    super({ decodeStrings: false })
    this.columns = columns
    this.isTTY = isTTY
  }

  getWindowSize(): [number, number] {
    return [this.columns, this.rows]
  }

  /** Makes the terminal narrower or wider as most do: rows that are too long now are wrapped. */
  resize(columns: number): void {
    const wrapped: string[] = []
    for (const [i, line] of this.lines.entries()) {
      if (i === this.#row) this.#row = wrapped.length
      for (let at = 0; at === 0 || at < line.length; at += columns) wrapped.push(line.slice(at, at + columns))
    }
    this.lines = wrapped
    this.columns = columns
    this.emit('resize')
  }

  override _write(text: string, _encoding: string, done: () => void): void {
    this.written += text
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the control sequences are what is taken apart.
    for (const [part, count, code] of text.matchAll(/\u001b\[\??(\d*)([A-Za-z])|\r|\n|[^\u001b\r\n]+/g)) {
      if (code === 'A') this.#row = Math.max(0, this.#row - Number(count || 1))
      else if (code === 'B') this.#row += Number(count || 1)
      else if (code === 'J') this.lines.length = this.#row + 1
      else if (code === 'K' && count === '2') this.lines[this.#row] = ''
      else if (part === '\n') this.lines[++this.#row] ??= ''
      else if (code === undefined && part !== '\r') this.lines[this.#row] = part
      if (code === 'J') this.lines[this.#row] = ''
    }
    done()
  }

  /** What stands on the screen. */
  get shown(): string[] {
    return this.lines.filter((line) => line !== '')
  }
}
