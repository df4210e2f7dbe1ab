import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { OutgoingMessage } from '../src/api.ts'
import {
  ClientEncoder,
  clientDecoder,
  DEFAULT_MAX_FRAME_BYTES,
  type FromClient,
  type FromServer,
  type Request,
  ServerEncoder,
  serverDecoder,
} from '../src/protocol.ts'

const text = fc.string({ unit: 'binary', maxLength: 60 })
const ms = fc.oneof(fc.double({ min: 0, noNaN: true }), fc.constant(Number.POSITIVE_INFINITY))
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined })
const headers = fc.dictionary(text, text, { maxKeys: 4, noNullPrototype: true })
const count = fc.integer({ min: 1, max: 2 ** 32 - 1 })

const outgoing: fc.Arbitrary<OutgoingMessage> = fc.record(
  { body: fc.uint8Array({ maxLength: 300 }), delayMs: ms, priority: fc.double(), dedupKey: text, headers, ttlMs: ms },
  { requiredKeys: ['body'] },
)

const request: fc.Arbitrary<Request> = fc.oneof(
  fc.record({ kind: fc.constant('send' as const), name: text, message: outgoing, timeoutMs: maybe(ms) }),
  fc.record({ kind: fc.constant('trySend' as const), name: text, message: outgoing }),
  fc.record({
    kind: fc.constant('sendMany' as const),
    name: text,
    messages: fc.array(outgoing, { maxLength: 5 }),
    timeoutMs: maybe(ms),
  }),
  fc.record({
    kind: fc.constant('receive' as const),
    name: text,
    max: count,
    leaseMs: maybe(ms),
    timeoutMs: maybe(ms),
    maxBytes: maybe(count),
    maxMessageBytes: maybe(count),
    isAgain: maybe(fc.constant(true)),
  }),
  fc.record({ kind: fc.constant('ack' as const), lease: text }),
  fc.record({ kind: fc.constant('ackMany' as const), leases: fc.array(text, { maxLength: 5 }) }),
  fc.record({ kind: fc.constant('nack' as const), lease: text, delayMs: maybe(ms) }),
  fc.record({ kind: fc.constant('extend' as const), lease: text, ms }),
  fc.record(
    { kind: fc.constant('create' as const), name: text, options: fc.record({ leaseMs: ms, capacity: count }) },
    { requiredKeys: ['kind', 'name'] },
  ),
  fc.constant({ kind: 'list' as const }),
  fc.record({
    kind: fc.constantFrom('stats' as const, 'pause' as const, 'resume' as const, 'purge' as const),
    name: text,
  }),
  fc.record({ kind: fc.constantFrom('peek' as const, 'redrive' as const), name: text, max: count }),
)

const delivered = fc.record({
  id: text,
  lease: text,
  body: fc.uint8Array({ maxLength: 300 }),
  headers,
  priority: fc.double(),
  deliveries: count,
  enqueuedAtMs: ms,
})

/** Cuts bytes at the places given, whatever these are. */
function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const at = [0, ...places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]
  // Each chunk has its own memory, as from a socket.
  return at.slice(1).map((end, index) => bytes.slice(at[index], end))
}

const places = fc.array(fc.nat(), { maxLength: 20 })

describe('a decoder', () => {
  test('reads every request as it was written, wherever it is cut', () => {
    fc.assert(
      fc.property(fc.array(request, { maxLength: 8 }), places, (requests, where) => {
        const encoder = new ClientEncoder(DEFAULT_MAX_FRAME_BYTES)
        const lengths = requests.map((each, index) => encoder.request(index + 1, each))
        const read: [FromClient, number, number][] = []
        const decoder = clientDecoder(DEFAULT_MAX_FRAME_BYTES)
        for (const chunk of cut(encoder.take(), where)) {
          decoder.push(chunk, (message, number, bytes) => read.push([structuredClone(message), number, bytes]))
        }
        expect(read.map(([, ...rest]) => rest)).toEqual(lengths.map((length, index) => [index + 1, length]))
        expect(plain(read.map(([message]) => message))).toEqual(plain(requests))
      }),
      { numRuns: 1000 },
    )
  })

  test('reads every message as it was written, wherever it is cut', () => {
    fc.assert(
      fc.property(fc.array(delivered, { maxLength: 8 }), places, (messages, where) => {
        const encoder = new ServerEncoder(DEFAULT_MAX_FRAME_BYTES)
        encoder.messages(7, messages)
        const read: FromServer[] = []
        const decoder = serverDecoder(DEFAULT_MAX_FRAME_BYTES)
        for (const chunk of cut(encoder.take(), where)) decoder.push(chunk, (message) => read.push(message))
        const all = read.flatMap((answer) => (answer.kind === 'messages' ? answer.messages : []))
        expect(plain(all.map(({ text: _, ...fields }) => fields))).toEqual(plain(messages))
      }),
      { numRuns: 1000 },
    )
  })
})

/** Without what is undefined, and bodies as plain arrays: Buffers are Uint8Arrays too. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return [...value]
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).filter(([, part]) => part !== undefined)
  return entries.map(([name, part]) => [name, plain(part)]).sort(([a], [b]) => ((a as string) < (b as string) ? -1 : 1))
}
