import type { Submission } from './api.ts'
import { quoted } from './parameters.ts'
import { Refusal } from './refusal.ts'

const FIELDS: ReadonlySet<string> = new Set(['item', 'priority', 'key', 'ttlMs'] satisfies (keyof Submission)[])

/**
 * Reads the body of a submit: one submission, or an array of them.
 *
 * Throws `Refusal`, naming the place in the body: `bad-request` for what is no submission, `too-large` for more than `maxBatch` of them.
 */
export function readSubmissions(body: unknown, maxBatch: number): Submission[] {
  if (!Array.isArray(body)) return [checked(body, 'body')]
  if (body.length === 0) throw new Refusal('bad-request', 'body: expected at least one submission, got an empty array')
  if (body.length > maxBatch)
    throw new Refusal('too-large', `body: expected at most ${maxBatch} submissions, got ${body.length}`)
  for (let i = 0; i < body.length; i++) checked(body[i], `body[${i}]`)
  return body
}

function checked(value: unknown, at: string): Submission {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Refusal('bad-request', `${at}: expected { "item": …, "priority": … }, got ${quoted(value)}`)
  for (const field in value)
    if (!FIELDS.has(field))
      throw new Refusal('bad-request', `${at}: expected only ${[...FIELDS].join(', ')}, got ${quoted(field)}`)
  const { item, priority, key, ttlMs } = value as Partial<Submission>
  if (item === undefined) throw new Refusal('bad-request', `${at}.item: expected a value, got none`)
  if (priority !== undefined && !Number.isFinite(priority))
    throw new Refusal('bad-request', `${at}.priority: expected a finite number, got ${quoted(priority)}`)
  if (key !== undefined && typeof key !== 'string')
    throw new Refusal('bad-request', `${at}.key: expected a string, got ${quoted(key)}`)
  if (ttlMs !== undefined && !(Number.isFinite(ttlMs) && ttlMs > 0))
    throw new Refusal('bad-request', `${at}.ttlMs: expected a finite number above 0, got ${quoted(ttlMs)}`)
  return value as Submission
}
