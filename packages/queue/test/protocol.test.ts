import { describe, expect, test } from 'vitest'
import { QueueError, type QueueErrorCode } from '../src/index.ts'
import {
  ClientEncoder,
  Credit,
  clientDecoder,
  DEFAULT_MAX_FRAME_BYTES,
  type FromServer,
  Lane,
  MAX_BATCH,
  MAX_LEASES,
  MIN_ANSWER_BYTES,
  ServerEncoder,
  serverDecoder,
} from '../src/protocol.ts'

const client = (most = DEFAULT_MAX_FRAME_BYTES): ClientEncoder => new ClientEncoder(most)
const server = (most = DEFAULT_MAX_FRAME_BYTES): ServerEncoder => new ServerEncoder(most)
const hello = { version: 1, maxFrameBytes: MIN_ANSWER_BYTES, token: 'secret' }
const welcome = { version: 1, maxFrameBytes: 9, maxRequests: 8, maxRequestBytes: 7, quietMs: Number.POSITIVE_INFINITY }

/** What the bytes say, from a server. */
function heard(bytes: Uint8Array): FromServer[] {
  const all: FromServer[] = []
  serverDecoder(DEFAULT_MAX_FRAME_BYTES).push(bytes, (message) => all.push(message))
  return all
}

/** What reading these bytes of a client throws. */
function thrown(bytes: Uint8Array, most = 1000): unknown {
  try {
    clientDecoder(most).push(bytes, () => {})
  } catch (error) {
    return error
  }
  throw new Error('it threw nothing')
}

const message = (body: string | Uint8Array) => ({
  id: '1',
  lease: '2',
  body: typeof body === 'string' ? new TextEncoder().encode(body) : body,
  headers: {},
  priority: 0,
  deliveries: 1,
  enqueuedAtMs: 5,
})

describe('a greeting', () => {
  test('tells version, limits and token', () => {
    const encoder = client()
    encoder.hello(hello)
    clientDecoder(1000).push(encoder.take(), (said) => expect(said).toEqual({ kind: 'hello', ...hello }))
  })

  test.each([undefined, 'memory', 'always', 'never', { everyMs: 20 }] as const)(
    'tells the durability %s',
    (durability) => {
      const encoder = server()
      encoder.welcome({ ...welcome, durability })
      expect(heard(encoder.take())).toEqual([{ kind: 'welcome', ...welcome, durability }])
    },
  )

  test('is found out by its first bytes if it is none', () => {
    const encoder = client()
    encoder.hello(hello)
    const bytes = encoder.take()
    bytes[9] = 0
    expect(thrown(bytes)).toMatchObject({ code: 'protocol', message: expect.stringContaining('does not begin') })
    expect(thrown(Buffer.from('GET / HTTP/1.1\r\n\r\n'))).toMatchObject({ code: 'too-large' })
  })
})

describe('an error', () => {
  test.each([
    new QueueError('full', 'no room', { bodies: ['tea'] }),
    new QueueError('in-flight', 'two'),
    new TypeError('name: expected a string'),
    new RangeError('max: expected an integer'),
  ])('arrives as it was thrown, without bodies: %s', (error) => {
    const encoder = server()
    encoder.failure(3, error)
    const [answer] = heard(encoder.take())
    if (answer?.kind !== 'failure') throw new Error('no failure')
    expect(answer.error.constructor).toBe(error.constructor)
    expect(answer.error.message).toBe(error.message)
    expect((answer.error as QueueError).code).toBe((error as QueueError).code)
    if (answer.error instanceof QueueError) expect(answer.error.bodies).toEqual([])
  })

  test('of the inside of the server arrives as unknown, without its words', () => {
    const encoder = server()
    encoder.failure(3, new Error('the password is tea'))
    const [answer] = heard(encoder.take())
    expect(answer).toMatchObject({ error: { code: 'unknown', message: expect.not.stringContaining('tea') } })
  })

  test('with a code of a later version arrives as unknown', () => {
    const encoder = server()
    encoder.failure(3, new QueueError('later' as QueueErrorCode, 'what is that'))
    expect(heard(encoder.take())).toMatchObject([{ error: { code: 'unknown', message: 'what is that' } }])
  })
})

describe('an encoder', () => {
  test('leaves nothing of what it refuses', () => {
    const encoder = client(100)
    const request = { kind: 'send', name: 'q', message: { body: 'x'.repeat(200) } } as const
    expect(() => encoder.request(1, request)).toThrow(expect.objectContaining({ code: 'too-large' }))
    expect(() => encoder.request(1, { kind: 'stats', name: '\ud800' })).not.toThrow()
    encoder.take()
    expect(() => encoder.request(1, { kind: 'ack', lease: '\ud800' })).toThrow(TypeError)
    expect(encoder.length).toBe(0)
    encoder.cancel(5)
    const heardBy: [string, number][] = []
    clientDecoder(100).push(encoder.take(), ({ kind }, number) => heardBy.push([kind, number]))
    expect(heardBy).toEqual([['cancel', 5]])
  })

  test('refuses more messages than a batch has', () => {
    const messages = Array.from({ length: MAX_BATCH + 1 }, () => ({ body: '' }))
    expect(() => client().request(1, { kind: 'sendMany', name: 'q', messages })).toThrow(
      '65537 messages in one request',
    )
    const leases = new Array<string>(MAX_LEASES + 1).fill('1.2.3.4')
    expect(() => client().request(1, { kind: 'ackMany', leases })).toThrow('1025 leases in one request; at most 1024')
  })

  test('does not write to what was taken, until given back', () => {
    const encoder = client()
    encoder.request(1, { kind: 'ack', lease: 'first' })
    const taken = encoder.take()
    const copy = Buffer.from(taken)
    for (let number = 2; number < 9; number++) {
      encoder.request(number, { kind: 'ack', lease: 'other' })
      encoder.giveBack(encoder.take())
    }
    expect(taken).toEqual(copy)
  })

  test('shares buffers with others, and none that somebody has', () => {
    const encoders = Array.from({ length: 5 }, () => client())
    const taken: { readonly bytes: Buffer; readonly lease: string; readonly of: ClientEncoder }[] = []
    for (let round = 0; round < 300; round++) {
      const of = encoders[(round * 7) % 5] as ClientEncoder
      const lease = String(round).repeat(1 + (round % 40) * 100)
      of.request(1, { kind: 'ack', lease })
      taken.push({ bytes: of.take(), lease, of })
      if (round % 3 === 0) continue
      const [oldest] = taken.splice(round % taken.length, 1)
      if (oldest === undefined) continue
      clientDecoder(DEFAULT_MAX_FRAME_BYTES).push(oldest.bytes, (said) => {
        expect(said).toEqual({ kind: 'ack', lease: oldest.lease })
      })
      oldest.of.giveBack(oldest.bytes)
    }
  })

  test('splits messages into frames, each large one alone', () => {
    const encoder = server()
    const small = Array.from({ length: 10 }, () => message('tea'))
    encoder.messages(1, [...small, message(new Uint8Array(3_000_000)), ...small])
    const answers = heard(encoder.take())
    expect(answers.map((answer) => answer.kind === 'messages' && [answer.messages.length, answer.isMore])).toEqual([
      [10, true],
      [1, true],
      [10, false],
    ])
  })

  test('ends messages before one that is larger than the other side takes', () => {
    const encoder = server(2_000_000)
    const large = message(new Uint8Array(3_000_000))
    expect(encoder.messages(1, [message('tea'), large, message('coffee')])).toBe(1)
    const answers = heard(encoder.take())
    expect(answers.at(-1)).toMatchObject({ kind: 'messages', messages: [], isMore: false })
    expect(() => encoder.messages(1, [large])).toThrow(expect.objectContaining({ code: 'too-large' }))
  })
})

const u16 = (value: number): number[] => [value >>> 8, value & 255]
const bytesOf = (length: number): number[] => Array.from({ length }, () => 97)

describe('a decoder', () => {
  test('says who answered if that is no server of queues', () => {
    const alert = Uint8Array.of(0x15, 0x03, 0x01, 0x00, 0x02, 0x02, 0x46)
    for (const [said, words] of [
      [Buffer.from('HTTP/1.1 400 Bad Request'), 'it begins with "HTTP": an HTTP server answered'],
      [alert, 'it begins with an alert of TLS: a server answered that speaks TLS'],
    ] as const)
      expect(thrown(said, 4096)).toMatchObject({ code: 'protocol', message: words })
  })

  test('refuses a frame that is too large as soon as its length is there', () => {
    expect(thrown(Uint8Array.of(0, 0, 4, 0), 1000)).toMatchObject({ code: 'too-large' })
    expect(thrown(Uint8Array.of(255, 255, 255, 255), 2 ** 31)).toMatchObject({ code: 'too-large' })
  })

  test.each([
    ['a length without a kind', []],
    ['an unknown kind', [99, 0, 0, 0, 1]],
    ['an answer from a client', [134, 0, 0, 0, 1]],
    ['a text that ends early', [20, 0, 0, 0, 1, 0, 9, 65]],
    ['bytes that nobody asked for', [20, 0, 0, 0, 1, 0, 1, 65, 66]],
    ['what is no UTF-8', [20, 0, 0, 0, 1, 0, 1, 255]],
    ['management without JSON', [35, 0, 0, 0, 1, 123]],
    ['management without a name', [35, 0, 0, 0, 1, 123, 125]],
    ['a batch that claims more than may be', [17, 0, 0, 0, 1, 0, 1, 65, 0, 255, 255, 255, 255]],
  ])('throws for %s', (_, frame) => {
    const error = thrown(Uint8Array.of(0, 0, 0, frame.length, ...frame))
    expect(error).toBeInstanceOf(QueueError)
    expect(['protocol', 'too-large']).toContain((error as QueueError).code)
  })

  test.each([
    ['a dedup key of 1,025 bytes', [8, ...u16(1_025), ...bytesOf(1_025), 0, 0, 0, 0]],
    ['a name of a header of 1,025 bytes', [16, ...u16(1), ...u16(1_025), ...bytesOf(1_025), 0, 0, 0, 0, 0, 0, 0, 0]],
    ['1,001 headers', [16, ...u16(1_001), ...bytesOf(1_001 * 7), 0, 0, 0, 0]],
  ])('refuses %s', (_, said) => {
    const frame = [18, 0, 0, 0, 1, ...u16(1), 65, ...said]
    const error = thrown(Uint8Array.of(0, 0, ...u16(frame.length), ...frame), 10_000)
    expect(error).toMatchObject({ code: 'protocol', message: expect.stringContaining('at most 1') })
  })

  test('tells what came before what it cannot read, and then throws the same for ever', () => {
    const encoder = client()
    encoder.request(1, { kind: 'ack', lease: 'a' })
    const decoder = clientDecoder(100)
    const kinds: string[] = []
    const push = (bytes: Uint8Array): void => decoder.push(bytes, ({ kind }) => kinds.push(kind))
    const good = Uint8Array.from(encoder.take())
    expect(() => push(Buffer.concat([good, Uint8Array.of(0, 0, 0, 0)]))).toThrow('length of 0')
    expect(() => push(good)).toThrow('length of 0')
    expect(kinds).toEqual(['ack'])
  })

  test('takes no more memory than twice what has come', () => {
    const decoder = clientDecoder(2 ** 31)
    const before = process.memoryUsage().arrayBuffers
    decoder.push(Uint8Array.of(127, 255, 255, 255), () => {})
    for (let i = 0; i < 1000; i++) decoder.push(new Uint8Array(1), () => {})
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1_000_000)
  })

  test('copies each byte twice at most, however small the pieces are', () => {
    const encoder = client()
    encoder.request(1, { kind: 'send', name: 'q', message: { body: new Uint8Array(2 ** 20) } })
    const bytes = encoder.take()
    const decoder = clientDecoder(2 ** 21)
    let count = 0
    // A decoder that copied all it has with each piece would copy 500 GB.
    for (let at = 0; at < bytes.length; at++) decoder.push(bytes.subarray(at, at + 1), () => count++)
    expect(count).toBe(1)
  })

  test('reads bodies of requests where they lie, and copies those of answers', () => {
    const encoder = client()
    encoder.request(1, { kind: 'send', name: 'q', message: { body: 'tea' } })
    const bytes = encoder.take()
    clientDecoder(100).push(bytes, (said) => {
      expect(said.kind === 'send' && (said.message.body as Uint8Array).buffer).toBe(bytes.buffer)
    })
    const answers = server()
    answers.messages(1, [message('tea')])
    const [answer] = heard(answers.take())
    const body = answer?.kind === 'messages' ? answer.messages[0]?.body : undefined
    expect(body?.buffer.byteLength).toBe(3)
  })
})

test('names of queues are read as they are, whatever was read before', () => {
  const names = ['a', 'a', 'b', 'ab', 'a', 'ä', 'ab', 'ab', 'n'.repeat(70), 'ab', 'n'.repeat(70), '', 'ab']
  const encoder = client()
  for (const name of names) encoder.request(1, { kind: 'receive', name, max: 1 })
  const read: string[] = []
  clientDecoder(1_000).push(encoder.take(), (said) => read.push(said.kind === 'receive' ? said.name : said.kind))
  expect(read).toEqual(names)
})

describe('credit', () => {
  test('is left to a lane while both its requests and their bytes are below what is granted', () => {
    const credit = new Credit({ maxRequests: 2, maxRequestBytes: 10 })
    credit.take(Lane.send, 9)
    expect(credit.isLeft(Lane.send)).toBe(true)
    credit.take(Lane.send, 100)
    expect(credit.isLeft(Lane.send)).toBe(false)
    expect([credit.isLeft(Lane.receive), credit.isLeft(Lane.prompt)]).toEqual([true, true])
    credit.giveBack(Lane.send, 9)
    expect(credit.isLeft(Lane.send)).toBe(false)
    credit.giveBack(Lane.send, 100)
    expect(credit.isLeft(Lane.send)).toBe(true)
  })
})
