import type { Body } from '../api.ts'
import { has, holds, same } from './check.ts'
import { ALL, fail, one, texts } from './habits.ts'
import type { Claims } from './needs.ts'

const EVERY_BYTE = Uint8Array.from({ length: 256 }, (_, i) => i)

/** Claims about what a message carries. */
export const carrying: Claims = {
  'a message carries': {
    'a body of any bytes, however many': async ({ queues }) => {
      await queues.create('a')
      const large = Uint8Array.from({ length: 2 ** 20 }, (_, i) => (i * 31 + (i >> 8)) & 255)
      const all = [new Uint8Array(0), EVERY_BYTE, new Uint8Array([0]), large, new Uint8Array([13, 10, 13, 10])]
      for (const body of all) await queues.send('a', body)
      for (const body of all) {
        const [peeked] = await queues.peek('a')
        const { body: got } = await one(queues, 'a', { leaseMs: 0 })
        holds('a Uint8Array', got instanceof Uint8Array)
        same([got.length, isEqual(got, body), isEqual(peeked?.body, body)], [body.length, true, true])
      }
    },
    'a text as UTF-8, every character of it': async ({ queues }) => {
      await queues.create('a')
      const all = ['', '\ufefftea ☕ ', 'line\r\nline\0', '한국어 𝔘', '{"a":1}']
      for (const body of all) await queues.send('a', body)
      const got = await queues.receive('a', ALL)
      same(texts(got), all)
      same([...(got[1]?.body ?? [])], [...new TextEncoder().encode(all[1])])
    },
    'headers of any names and values': async ({ queues }) => {
      await queues.create('a')
      const headers = {
        ['__proto__']: 'own',
        constructor: 'x',
        '': 'no name',
        none: '',
        'größe ☕': '한국 𝔘 \n\0',
        'A:b=c;"d"': "'quoted', \\",
        hasOwnProperty: 'y',
        ['n'.repeat(1_024)]: 'v'.repeat(65_535),
        ...Object.fromEntries(Array.from({ length: 992 }, (_, i) => [`h${i}`, 'x'])),
      }
      await queues.send('a', 'x', { headers })
      await queues.send('a', 'y')
      const [peeked] = await queues.peek('a')
      const [first, second] = await queues.receive('a', ALL)
      same(entries(first?.headers), entries(headers))
      same([entries(peeked?.headers), entries(second?.headers)], [entries(headers), []])
    },
    'a priority of any number': async ({ queues }) => {
      await queues.create('a')
      const all = [-7, 0.25, 1e300, -1e-9, 2 ** 53, 0]
      for (const priority of all) await queues.send('a', 'x', { priority })
      same(
        (await queues.receive('a', ALL)).map(({ priority }) => priority),
        all,
      )
    },
    'when it was sent, by a clock that does not go back': async ({ queues, pass }) => {
      await queues.create('a')
      await queues.sendMany('a', [{ body: '1' }, { body: '2' }])
      await pass(10)
      await queues.send('a', '3')
      const times = (await queues.receive('a', ALL)).map(({ enqueuedAtMs }) => enqueuedAtMs)
      holds(`finite numbers, got ${times}`, times.length === 3 && times.every(Number.isFinite))
      const [first = 0, second = 0, third = 0] = times
      holds(`times that go on, got ${times}`, first <= second && third - second >= 9)
    },
    'how often it was delivered, this time included, and all else again and again': async ({ queues }) => {
      await queues.create('a')
      await queues.send('a', 'x', { headers: { a: 'b' }, priority: -2 })
      has((await queues.peek('a'))[0] ?? {}, { deliveries: 0 })
      const { id, enqueuedAtMs, lease } = await one(queues, 'a')
      await queues.nack(lease)
      await fail(queues, 'a', 3)
      const again = await one(queues, 'a')
      has(again, { id, enqueuedAtMs, deliveries: 5, headers: { a: 'b' }, priority: -2 })
      holds('another lease', again.lease !== lease)
    },
    'a body that is its own, whatever becomes of buffers': async ({ queues }) => {
      await queues.create('a')
      const parts = new Uint8Array([9, 1, 2, 3, 9])
      const views: [Body, Uint8Array][] = [[parts.subarray(1, 4), parts], [...ownBuffer()]]
      for (const [body, buffer] of views) {
        const sending = queues.send('a', body)
        buffer.fill(0)
        await sending
        ;(await queues.peek('a'))[0]?.body.fill(0)
        const { body: got, lease } = await one(queues, 'a')
        same([...got], [1, 2, 3])
        got.fill(0)
        await queues.nack(lease)
        same([...(await one(queues, 'a', { leaseMs: 0 })).body], [1, 2, 3])
      }
    },
    'headers that are its own': async ({ queues }) => {
      await queues.create('a')
      const headers = { kind: 'x' }
      const sending = queues.send('a', 'x', { headers })
      headers.kind = 'changed'
      await sending
      same((await one(queues, 'a')).headers, { kind: 'x' })
    },
  },
}

/** Bytes that are a view on a larger buffer, whose `slice` copies nothing in Node. */
function ownBuffer(): [Uint8Array, Uint8Array] {
  const { Buffer } = globalThis as { Buffer?: { from(bytes: number[]): Uint8Array } }
  const bytes = Buffer?.from([1, 2, 3]) ?? new Uint8Array([1, 2, 3])
  return [bytes, bytes]
}

function isEqual(a: Uint8Array | undefined, b: Uint8Array): boolean {
  return a !== undefined && a.length === b.length && a.every((byte, i) => byte === b[i])
}

function entries(headers: object | undefined): string[] {
  return Object.entries(headers ?? { missing: 'x' })
    .map(([name, value]) => `${name} = ${value}`)
    .sort()
}
