import { describe, expect, test } from 'vitest'
import { wholeFrom } from '../../../tooling/testing/random.ts'
import { QueueError } from '../src/index.ts'
import {
  ClientEncoder,
  clientDecoder,
  DEFAULT_MAX_FRAME_BYTES,
  type Decoder,
  ServerEncoder,
  serverDecoder,
} from '../src/protocol.ts'

/** How many inputs; others by the environment. */
const INPUTS = Number(process.env['MILLRACE_FUZZ_INPUTS'] ?? 1_000_000)
const SEED = Number(process.env['MILLRACE_FUZZ_SEED'] ?? Date.now() % 2 ** 31)

const outgoing = { body: 'tea', delayMs: 5, priority: 2, dedupKey: 'k', headers: { a: 'ä', b: '' }, ttlMs: 7 }

/** One frame of each kind that a client sends. */
function clientFrames(): Uint8Array[] {
  const encoder = new ClientEncoder(DEFAULT_MAX_FRAME_BYTES)
  const frame = (write: () => unknown): Uint8Array => {
    write()
    return Uint8Array.from(encoder.take())
  }
  return [
    frame(() => encoder.hello({ version: 1, maxFrameBytes: 2 ** 22, token: 'a token' })),
    frame(() => encoder.request(1, { kind: 'send', name: 'images', message: outgoing, timeoutMs: 5 })),
    frame(() => encoder.request(2, { kind: 'trySend', name: 'images', message: outgoing })),
    frame(() =>
      encoder.request(3, { kind: 'sendMany', name: 'images', messages: [outgoing, { body: 'x' }, outgoing] }),
    ),
    frame(() =>
      encoder.request(4, {
        kind: 'receive',
        name: 'images',
        max: 3,
        leaseMs: 4,
        timeoutMs: 3,
        maxBytes: 9,
        maxMessageBytes: 8,
        isAgain: true,
      }),
    ),
    frame(() => encoder.request(5, { kind: 'ack', lease: '1.2.3' })),
    frame(() => encoder.request(6, { kind: 'nack', lease: '1.2.3', delayMs: 4 })),
    frame(() => encoder.request(7, { kind: 'extend', lease: '1.2.3', ms: 4 })),
    frame(() => encoder.request(9, { kind: 'ackMany', leases: ['1.2.3', '4.5.6'] })),
    frame(() => encoder.request(8, { kind: 'create', name: 'images', options: { leaseMs: Number.POSITIVE_INFINITY } })),
    frame(() => encoder.cancel(4)),
  ]
}

/** One frame of each kind that a server sends. */
function serverFrames(): Uint8Array[] {
  const encoder = new ServerEncoder(DEFAULT_MAX_FRAME_BYTES)
  const frame = (write: () => unknown): Uint8Array => {
    write()
    return Uint8Array.from(encoder.take())
  }
  const body = new TextEncoder().encode('tea')
  const message = { id: '1', lease: '2', body, headers: { a: 'b' }, priority: 1, deliveries: 2, enqueuedAtMs: 3 }
  const limits = { maxFrameBytes: 1, maxRequests: 2, maxRequestBytes: 3, quietMs: 4 }
  return [
    frame(() => encoder.welcome({ version: 1, ...limits, durability: { everyMs: 4 } })),
    frame(() => encoder.outcomes(9, ['acked', 'missing'])),
    frame(() => encoder.ids(1, ['1', '2', 'three'])),
    frame(() => encoder.messages(2, [message, message])),
    frame(() => encoder.outcome(3, 'requeued')),
    frame(() => encoder.value(4, { ready: 1, oldestMs: 2 })),
    frame(() => encoder.failure(5, new QueueError('missing', 'there is no such queue'))),
    frame(() => encoder.goodbye(new TypeError('what'))),
  ]
}

/** Some frames, with some of their bytes changed, left out, or doubled. */
function mutant(frames: readonly Uint8Array[], random: (most: number) => number): Buffer {
  const some = Array.from({ length: 1 + random(3) }, () => frames[random(frames.length)] as Uint8Array)
  const bytes = Buffer.concat(some)
  for (let times = 1 + random(4); times > 0; times--) {
    const at = random(bytes.length)
    const what = random(6)
    if (what === 0) bytes[at] = 255
    else if (what === 1) bytes[at] = 0
    else if (what === 2) bytes.copy(bytes, at, random(bytes.length))
    else if (what === 3) bytes[at] = (bytes[at] as number) ^ (1 << random(8))
    else if (what === 4) bytes.writeUInt32BE(random(2 ** 32), Math.min(at, bytes.length - 4))
    else bytes[at] = random(256)
  }
  return bytes.subarray(0, random(8) === 0 ? random(bytes.length) : bytes.length)
}

/** Where a view may lie: nothing that was read is outside of what was pushed, or of the decoder's own memory. */
function push(decoder: Decoder<unknown>, bytes: Buffer, random: (most: number) => number): void {
  const cut = random(bytes.length + 1)
  decoder.push(bytes.subarray(0, cut), () => {})
  decoder.push(bytes.subarray(cut), () => {})
}

describe(`a decoder, with mutants of seed ${SEED}`, () => {
  test.each([
    ['clients', clientFrames(), () => clientDecoder(DEFAULT_MAX_FRAME_BYTES)],
    ['servers', serverFrames(), () => serverDecoder(DEFAULT_MAX_FRAME_BYTES)],
  ])(
    'only ever throws what is named, and takes no memory by what it is told: %s',
    (_, frames, decoderOf) => {
      const random = wholeFrom(SEED)
      const tally = { read: 0, protocol: 0, 'too-large': 0 }
      let mostBytes = 0
      for (let input = 0; input < INPUTS / 2; input++) {
        const bytes = mutant(frames, random)
        try {
          push(decoderOf(), bytes, random)
          tally.read++
        } catch (error) {
          if (!(error instanceof QueueError)) throw error
          tally[error.code as 'protocol']++
        }
        if (input % 5000 === 0) mostBytes = Math.max(mostBytes, process.memoryUsage().arrayBuffers)
      }
      // Some of each, or the mutants are none.
      expect(Math.min(...Object.values(tally))).toBeGreaterThan(INPUTS / 1000)
      expect(Number.isNaN(tally.protocol)).toBe(false)
      expect(mostBytes).toBeLessThan(200_000_000)
    },
    600_000,
  )
})
