import { styleText } from 'node:util'
import { jsonLine } from '@millrace/command'
import { LiveLines } from './live-lines.ts'

/** What the command needs to know of the stream it writes to. */
export type Stream = NodeJS.WritableStream & {
  readonly isTTY?: boolean | undefined
  readonly columns?: number | undefined
}

/** Nobody reads the output any more. */
export class OutputClosed extends Error {
  override readonly name: string = 'OutputClosed'
  /** Whether whoever read it went away, which is no failure. */
  readonly isQuiet: boolean

  constructor(cause: Error) {
    super(`cannot write the output: ${cause.message}`, { cause })
    this.isQuiet = 'code' in cause && cause.code === 'EPIPE'
  }
}

type Style = 'dim' | 'bold' | 'red' | 'yellow'

/**
 * Where results go: lines of JSON, or text for a person.
 *
 * INVARIANT  a write that has resolved is out of this process; one that rejects, with `OutputClosed`, was not read by anybody.
 */
export class Output {
  /** Whether results are lines of JSON. */
  readonly isJson: boolean
  /** Whether lines can be drawn again in place. */
  readonly isLive: boolean
  /** Lines that are, if `isLive`. */
  readonly live: LiveLines = new LiveLines((text) => this.write(text))
  readonly #stream: Stream
  readonly #hasColours: boolean

  constructor(stream: Stream, isJson: boolean, environment: Readonly<Record<string, string | undefined>>) {
    const isTerminal = stream.isTTY === true && environment['TERM'] !== 'dumb'
    this.#stream = stream
    this.isJson = isJson
    this.isLive = isTerminal && !isJson
    this.#hasColours = isTerminal && !environment['NO_COLOR']
  }

  /** Whether a person looks at it. */
  get isTerminal(): boolean {
    return this.#stream.isTTY === true
  }

  /** How many columns there are. */
  get columns(): number {
    return (this.isTerminal && this.#stream.columns) || 80
  }

  /** Writes as it is. */
  write(data: string | Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#stream.write(data as string, (error) => (error ? reject(new OutputClosed(error)) : resolve()))
    })
  }

  /** Writes lines for a person. */
  lines(lines: readonly string[]): Promise<void> {
    return lines.length === 0 ? Promise.resolve() : this.write(`${lines.join('\n')}\n`)
  }

  /** Writes a line of JSON. */
  json(value: unknown): Promise<void> {
    return this.write(`${jsonLine(value)}\n`)
  }

  /** Tells a result, as JSON or to a person. */
  tell(value: unknown, ...lines: readonly string[]): Promise<void> {
    return this.isJson ? this.json(value) : this.lines(lines)
  }

  styled(style: Style, text: string): string {
    return this.#hasColours ? styleText(style, text, { validateStream: false }) : text
  }
}
