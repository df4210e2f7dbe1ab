import { oneLine } from '@millrace/command'
import type { Message, PeekedMessage } from '@millrace/queue'
import { bytes, duration } from './figures.ts'
import type { Output } from './output.ts'
import { decoded, hexLines, linesOf, textOf } from './printable.ts'

/** So much of a body is shown to a person. */
const MOST_LINES = 40
const MOST_HEX_LINES = 16
const MOST_BYTES = 4096

/** A message as a line of JSON tells it: a body that is UTF-8 is in `body`, any other in `bodyBase64`. */
export function messageJson(queue: string, message: Message | PeekedMessage): Record<string, unknown> {
  const { id, body, headers, priority, deliveries, enqueuedAtMs } = message
  const text = decoded(body)
  return {
    queue,
    id,
    ...('lease' in message && message.lease !== '' ? { lease: message.lease } : {}),
    ...(text === undefined ? { bodyBase64: Buffer.from(body).toString('base64') } : { body: text }),
    headers,
    priority,
    deliveries,
    enqueuedAtMs,
  }
}

/** A message for a person: what is told of it, and its body. */
export function messageLines(output: Output, message: Message | PeekedMessage): string[] {
  const { id, body, headers, priority, deliveries, enqueuedAtMs } = message
  const facts = [
    `${duration(Math.max(0, Date.now() - enqueuedAtMs))} old`,
    bytes(body.length),
    ...(deliveries > ('lease' in message ? 1 : 0) ? [`delivery ${deliveries}`] : []),
    ...(priority === 0 ? [] : [`priority ${priority}`]),
  ]
  const lease = 'lease' in message && message.lease !== '' ? [`lease ${oneLine(message.lease)}`] : []
  return [
    `${output.styled('bold', oneLine(id))}  ${output.styled('dim', facts.join(', '))}`,
    ...[...lease, ...Object.entries(headers).map(([name, value]) => `${oneLine(name)}: ${oneLine(value)}`)].map(
      (line) => `  ${output.styled('dim', line)}`,
    ),
    ...bodyLines(output, body).map((line) => `  ${line}`),
  ]
}

function bodyLines(output: Output, body: Uint8Array): string[] {
  if (body.length === 0) return [output.styled('dim', '(empty)')]
  const some = body.subarray(0, MOST_BYTES)
  // A character may be cut at the end; a text stays a text.
  const text = textOf(body.length > MOST_BYTES ? wholeCharacters(some) : some)
  const lines = text === undefined ? hexLines(some, output.columns < 76 ? 8 : 16) : linesOf(text)
  const most = text === undefined ? MOST_HEX_LINES : MOST_LINES
  const isCut = body.length > MOST_BYTES || lines.length > most
  const rest = output.styled('dim', `… of ${bytes(body.length)}; --json tells all`)
  return isCut ? [...lines.slice(0, most), rest] : lines
}

function wholeCharacters(some: Uint8Array): Uint8Array {
  let end = some.length
  while (end > 0 && ((some[end - 1] ?? 0) & 0xc0) === 0x80) end--
  return (some[end - 1] ?? 0) >= 0xc0 ? some.subarray(0, end - 1) : some
}
