import type { PeekedMessage } from '@millrace/queue'

const MOST_BYTES = 2048
const MOST_HEADERS = 32
const MOST_CHARACTERS = 256
/** A clock that is before it does not tell the time of day, but that since something began. */
const EARLIEST_MS: number = Date.UTC(2000, 0)

/** A message as an operator looks at it: as much of it as fits on a page. */
export interface MessageView {
  readonly id: string
  readonly priority: number
  readonly deliveries: number
  /** How long ago it was sent, in milliseconds; unknown if the engine has a clock of its own. */
  readonly ageMs: number | undefined
  /** Of the whole body. */
  readonly lengthBytes: number
  readonly headers: Readonly<Record<string, string>>
  /** Whether `body` is the text that it was, or its bytes in hexadecimal. */
  readonly form: 'text' | 'hex'
  readonly body: string
  /** Whether there is more of the body, or of the headers. */
  readonly isCut: boolean
}

/** A message, cut to what an operator can read. */
export function messageView({ id, priority, deliveries, enqueuedAtMs, body, headers }: PeekedMessage): MessageView {
  const start = body.subarray(0, MOST_BYTES)
  const text = textOf(start, start.length < body.length)
  const all = Object.entries(headers)
  const shown = all.slice(0, MOST_HEADERS)
  return {
    id,
    priority,
    deliveries,
    ageMs: enqueuedAtMs > EARLIEST_MS ? Math.max(0, Date.now() - enqueuedAtMs) : undefined,
    lengthBytes: body.length,
    headers: Object.fromEntries(shown.map(([name, value]) => [cut(name), cut(value)])),
    form: text === undefined ? 'hex' : 'text',
    body: text ?? Buffer.from(start.buffer, start.byteOffset, start.byteLength).toString('hex'),
    isCut: start.length < body.length || shown.length < all.length || shown.flat().some((text) => text !== cut(text)),
  }
}

/** `undefined` for what is no UTF-8, or has control characters, as numbers in binary have. */
function textOf(bytes: Uint8Array, isCut: boolean): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes, { stream: isCut })
    return /[^\P{Cc}\t\n\r]/u.test(text) ? undefined : text
  } catch {
    return undefined
  }
}

function cut(text: string): string {
  return text.length <= MOST_CHARACTERS ? text : `${text.slice(0, MOST_CHARACTERS)}…`
}
