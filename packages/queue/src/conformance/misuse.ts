import type { QueueEngine } from '../api.ts'
import { refuses, same } from './check.ts'
import { bodies, counts } from './habits.ts'
import type { Claims, Proof } from './needs.ts'

/** The class of the error, words of its message, and the call. */
type Wrong = readonly [
  name: 'TypeError' | 'RangeError',
  words: readonly string[],
  call: (queues: QueueEngine) => Promise<unknown>,
]

const never = (value: unknown): never => value as never

const NAMES: readonly (readonly [unknown, string])[] = [
  ['', '""'],
  [undefined, 'undefined'],
  [7, '7'],
  [null, 'null'],
  ['x'.repeat(201), 'xxx'],
  ['\ud800', 'ud800'],
]
const NO_COUNTS = [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '3', null]

/** Of one byte more than a dedup key, or the name of a header, may have. */
const LONG_KEY = `é${'x'.repeat(1_023)}`

/** Of one byte more than the value of a header may have. */
const LONG_VALUE = `é${'x'.repeat(65_534)}`

/** One more than a message may have. */
const MANY_HEADERS = Object.fromEntries(Array.from({ length: 1_001 }, (_, i) => [`h${i}`, 'x']))

const NO_TIMES = [-1, Number.NaN, '5', null]

function names(method: string, call: (queues: QueueEngine, name: never) => Promise<unknown>): Wrong[] {
  return NAMES.map(([name, words]) => [
    'TypeError',
    [`${method}: name: `, words],
    (queues) => call(queues, never(name)),
  ])
}

function each(
  values: readonly unknown[],
  option: string,
  call: (queues: QueueEngine, value: never) => Promise<unknown>,
): Wrong[] {
  return values.map((value) => ['RangeError', [option, String(value)], (queues) => call(queues, never(value))])
}

/** Bytes that are somewhere else now. */
function transferred(): Uint8Array {
  const body = new Uint8Array(9)
  structuredClone(body.buffer, { transfer: [body.buffer] })
  return body
}

/** Bytes of a memory that has become so small that they are outside of it. */
function outside(): Uint8Array {
  const memory = new ArrayBuffer(9, { maxByteLength: 9 })
  const body = new Uint8Array(memory, 4, 5)
  memory.resize(4)
  return body
}

const create: Wrong[] = [
  ...names('create', (queues, name) => queues.create(name)),
  ['TypeError', ['create', '7'], (queues) => queues.create('b', never(7))],
  ['TypeError', ['create: unknown option "lease"', 'leaseMs'], (queues) => queues.create('b', never({ lease: 1 }))],
  ...each(NO_COUNTS, 'create: capacity: ', (queues, capacity) => queues.create('b', { capacity })),
  ...each(NO_COUNTS, 'create: capacityBytes: ', (queues, capacityBytes) => queues.create('b', { capacityBytes })),
  ...each(NO_TIMES, 'create: leaseMs: ', (queues, leaseMs) => queues.create('b', { leaseMs })),
  ...each([0, ...NO_TIMES], 'create: ttlMs: ', (queues, ttlMs) => queues.create('b', { ttlMs })),
  ...each(NO_TIMES, 'create: dedupMs: ', (queues, dedupMs) => queues.create('b', { dedupMs })),
  ...each(NO_COUNTS, 'create: maxDeliveries: ', (queues, maxDeliveries) =>
    queues.create('b', { maxDeliveries, deadLetterQueue: 'a' }),
  ),
  ['TypeError', ['create: order: ', '"lifo"'], (queues) => queues.create('b', { order: never('lifo') })],
  ['TypeError', ['create: overflow: ', '"drop"'], (queues) => queues.create('b', { overflow: never('drop') })],
  ['TypeError', ['maxDeliveries', 'deadLetterQueue'], (queues) => queues.create('b', { maxDeliveries: 1 })],
  ['TypeError', ['maxDeliveries', 'deadLetterQueue'], (queues) => queues.create('b', { deadLetterQueue: 'a' })],
  ['TypeError', ['deadLetterQueue', 'b'], (queues) => queues.create('b', { maxDeliveries: 1, deadLetterQueue: 'b' })],
]

const send: Wrong[] = (['send', 'trySend'] as const).flatMap((method) => {
  const option = (options: object) => (queues: QueueEngine) => queues[method]('a', 'x', never(options))
  return [
    ['TypeError', [`${method}: body: `, 'undefined'], (queues) => queues[method]('a', never(undefined))],
    ['TypeError', [`${method}: body: `, '[object Array]'], (queues) => queues[method]('a', never([1]))],
    ['TypeError', [`${method}: body: `, 'ArrayBuffer'], (queues) => queues[method]('a', never(new ArrayBuffer(1)))],
    ['TypeError', [`${method}: body: `, 'well-formed'], (queues) => queues[method]('a', 'a\ud800')],
    ['TypeError', [`${method}: body: `, 'transferred'], (queues) => queues[method]('a', transferred())],
    ['TypeError', [`${method}: body: `, 'too small'], (queues) => queues[method]('a', outside())],
    ['TypeError', [`${method}: unknown option "delay"`], option({ delay: 5 })],
    ...each(NO_TIMES, `${method}: delayMs: `, (queues, delayMs) => queues[method]('a', 'x', { delayMs })),
    ...each([0, ...NO_TIMES], `${method}: ttlMs: `, (queues, ttlMs) => queues[method]('a', 'x', { ttlMs })),
    ...each([Number.NaN, Number.POSITIVE_INFINITY, '5'], `${method}: priority: `, (queues, priority) =>
      queues[method]('a', 'x', { priority }),
    ),
    ['TypeError', [`${method}: dedupKey: `, '""'], option({ dedupKey: '' })],
    ['TypeError', [`${method}: dedupKey: `, '5'], option({ dedupKey: 5 })],
    ['TypeError', [`${method}: dedupKey: `, 'well-formed'], option({ dedupKey: 'a\ud800' })],
    ['RangeError', [`${method}: dedupKey: `, 'at most 1024 bytes', '1025'], option({ dedupKey: LONG_KEY })],
    ['TypeError', [`${method}: headers: `, 'well-formed'], option({ headers: { '\udc00': 'x' } })],
    ['TypeError', [`${method}: headers: "h": `, 'well-formed'], option({ headers: { h: '\ud800' } })],
    ['RangeError', [`${method}: headers: `, 'at most 1024 bytes', '1025'], option({ headers: { [LONG_KEY]: 'x' } })],
    [
      'RangeError',
      [`${method}: headers: "h": `, 'at most 65535 bytes', '65536'],
      option({ headers: { h: LONG_VALUE } }),
    ],
    ['RangeError', [`${method}: headers: `, 'at most 1000', '1001'], option({ headers: MANY_HEADERS })],
    ['TypeError', [`${method}: headers: `, '7'], option({ headers: 7 })],
    ['TypeError', [`${method}: headers: `, 'null'], option({ headers: null })],
    ['TypeError', [`${method}: headers: `, '"n"', '1'], option({ headers: { ok: 'x', n: 1 } })],
  ] satisfies Wrong[]
})

const waits: Wrong[] = [
  ...each(NO_TIMES, 'send: timeoutMs: ', (queues, timeoutMs) => queues.send('a', 'x', { timeoutMs })),
  ['TypeError', ['send: signal: ', '7'], (queues) => queues.send('a', 'x', { signal: never(7) })],
  ['TypeError', ['trySend: unknown option "timeoutMs"'], (queues) => queues.trySend('a', 'x', never({ timeoutMs: 5 }))],
]

const sendMany: Wrong[] = [
  ['TypeError', ['sendMany: ', '"x"'], (queues) => queues.sendMany('a', never('x'))],
  [
    'TypeError',
    ['sendMany: message 1: body: ', '2'],
    (queues) => queues.sendMany('a', [{ body: '1' }, { body: never(2) }]),
  ],
  ['TypeError', ['message 1: body: '], (queues) => queues.sendMany('a', [{ body: '1' }, { body: '\udc00' }])],
  ['TypeError', ['message 0: body: '], (queues) => queues.sendMany('a', [{ body: transferred() }])],
  ['TypeError', ['message 0: dedupKey: '], (queues) => queues.sendMany('a', [{ body: '1', dedupKey: '\ud800' }])],
  ['TypeError', ['sendMany: message 0: ', '"x"'], (queues) => queues.sendMany('a', never(['x']))],
  [
    'RangeError',
    ['sendMany: message 2: delayMs: ', '-1'],
    (queues) => queues.sendMany('a', [...bodies('1', '2'), { body: '3', delayMs: -1 }]),
  ],
  ['TypeError', ['message 0: unknown option "key"'], (queues) => queues.sendMany('a', never([{ body: '1', key: 1 }]))],
  ['TypeError', ['sendMany: unknown option "max"'], (queues) => queues.sendMany('a', bodies('1'), never({ max: 1 }))],
  ...each(NO_TIMES, 'sendMany: timeoutMs: ', (queues, timeoutMs) => queues.sendMany('a', bodies('1'), { timeoutMs })),
]

const receive: Wrong[] = [
  ...each(NO_COUNTS, 'receive: max: ', (queues, max) => queues.receive('a', { max })),
  ...each(NO_TIMES, 'receive: leaseMs: ', (queues, leaseMs) => queues.receive('a', { leaseMs })),
  ...each(NO_TIMES, 'receive: timeoutMs: ', (queues, timeoutMs) => queues.receive('a', { timeoutMs })),
  ['TypeError', ['receive: signal: ', '7'], (queues) => queues.receive('a', { signal: never(7) })],
  ['TypeError', ['receive: unknown option "count"'], (queues) => queues.receive('a', never({ count: 2 }))],
]

const others: Wrong[] = [
  ...each(NO_COUNTS, 'peek: max: ', (queues, max) => queues.peek('a', { max })),
  ...each(NO_COUNTS, 'redrive: max: ', (queues, max) => queues.redrive('a', { max })),
  ['TypeError', ['peek: unknown option'], (queues) => queues.peek('a', never({ count: 1 }))],
  ['TypeError', ['redrive: unknown option'], (queues) => queues.redrive('a', never({ count: 1 }))],
  ['TypeError', ['delete: force: ', '"yes"'], (queues) => queues.delete('a', { force: never('yes') })],
  ['TypeError', ['purge: damaged: ', '"yes"'], (queues) => queues.purge('a', { damaged: never('yes') })],
  ['TypeError', ['purge: unknown option "max"'], (queues) => queues.purge('a', never({ max: 1 }))],
  ['TypeError', ['delete: unknown option "now"'], (queues) => queues.delete('a', never({ now: true }))],
]

const leases: Wrong[] = [
  ...each([0, ...NO_TIMES], 'extend: ms: ', async (queues, ms) => queues.extend(await leaseOf(queues), ms)),
  ...each(NO_TIMES, 'nack: delayMs: ', async (queues, delayMs) => queues.nack(await leaseOf(queues), { delayMs })),
  [
    'TypeError',
    ['nack: unknown option "delay"'],
    async (queues) => queues.nack(await leaseOf(queues), never({ delay: 1 })),
  ],
]

const held = new WeakMap<QueueEngine, Promise<string>>()

/** The lease of the one message that these calls are wrong about. */
function leaseOf(queues: QueueEngine): Promise<string> {
  const lease = held.get(queues) ?? queues.receive('a').then(([message]) => message?.lease ?? '')
  held.set(queues, lease)
  return lease
}

function proof(all: readonly Wrong[]): Proof {
  return async ({ queues }) => {
    await queues.create('a')
    await queues.send('a', 'x')
    if (all === leases) await leaseOf(queues)
    const before = [await queues.list(), await counts(queues, 'a'), (await queues.stats('a')).sent]
    for (const [name, words, call] of all) await refuses(call(queues), name, words)
    same([await queues.list(), await counts(queues, 'a'), (await queues.stats('a')).sent], before)
  }
}

/** Claims about what no method takes: the error names the option and the value, and nothing changes. */
export const misuse: Claims = {
  'names what is wrong, and changes nothing': {
    'in what create is given': proof(create),
    'in what send and trySend are given': proof([...send, ...waits]),
    'in what sendMany is given: no message is sent if one is wrong': proof(sendMany),
    'in what receive is given': proof(receive),
    'in what peek, redrive and delete are given': proof(others),
    'in what nack and extend are given: the lease holds': proof(leases),
    'in what stop of a consumer is given': async ({ queues }) => {
      await queues.create('a')
      const consumer = queues.consume('a', () => {})
      await refuses(consumer.stop({ timeoutMs: -1 }), 'RangeError', ['stop: timeoutMs: ', '-1'])
      await refuses(consumer.stop(never({ ms: 1 })), 'TypeError', ['stop: unknown option "ms"'])
      await consumer.stop()
    },
  },
}
