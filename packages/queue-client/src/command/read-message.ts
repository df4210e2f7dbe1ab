import { quoted } from '@millrace/command'
import type { OutgoingMessage, SendOptions } from '@millrace/queue'

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/

/** A message that a line tells in JSON, as `receive` does; `options` hold for what it does not say. Throws naming the line. */
export function readMessage(line: Uint8Array, number: number, options: SendOptions): OutgoingMessage {
  const wrong = (what: string): never => {
    throw new Error(`line ${number}: ${what}`)
  }
  let told: unknown
  try {
    told = JSON.parse(Buffer.from(line).toString())
  } catch {
    return wrong('expected a message in JSON')
  }
  if (typeof told !== 'object' || told === null) return wrong('expected a message in JSON, with body or bodyBase64')
  const { body, bodyBase64, headers, priority, delayMs, ttlMs, dedupKey } = told as Record<string, unknown>
  const number_ = (name: string, value: unknown): number | undefined =>
    value === undefined || typeof value === 'number' ? value : wrong(`${name}: expected a number`)
  const given = {
    headers: headersOf(headers) ?? wrong('headers: expected an object of texts'),
    priority: number_('priority', priority),
    delayMs: number_('delayMs', delayMs),
    ttlMs: number_('ttlMs', ttlMs),
    dedupKey: dedupKey === undefined || typeof dedupKey === 'string' ? dedupKey : wrong('dedupKey: expected a text'),
  }
  const said = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
  return {
    ...options,
    ...said,
    headers: { ...options.headers, ...given.headers },
    body: bodyOf(body, bodyBase64, wrong),
  }
}

function bodyOf(text: unknown, base64: unknown, wrong: (what: string) => never): string | Uint8Array {
  if (typeof text === 'string' && base64 === undefined) return text
  if (text !== undefined || base64 === undefined) return wrong('expected body, which is a text, or bodyBase64')
  if (typeof base64 === 'string' && BASE64.test(base64)) return Buffer.from(base64, 'base64')
  return wrong(`bodyBase64: expected base64, got ${quoted(String(base64).slice(0, 20))}`)
}

function headersOf(headers: unknown): Record<string, string> | undefined {
  if (headers === undefined) return {}
  if (typeof headers !== 'object' || headers === null) return undefined
  return Object.values(headers).every((value) => typeof value === 'string')
    ? (headers as Record<string, string>)
    : undefined
}
