import { Readable } from 'node:stream'
import { stripVTControlCharacters } from 'node:util'
import { openQueues, QueueError } from '@millrace/queue'
import { describe, expect, onTestFinished, test } from 'vitest'
import { sentenceOf } from '../src/command/advice.ts'
import { Arrivals, stamp, stampOf } from '../src/command/bench/arrivals.ts'
import { bytes, duration } from '../src/command/figures.ts'
import { Histogram } from '../src/command/histogram.ts'
import { linesOfStream } from '../src/command/lines.ts'
import { messageLines } from '../src/command/message-text.ts'
import { Output } from '../src/command/output.ts'
import { requestOf } from '../src/command/request.ts'
import { table } from '../src/command/table.ts'
import { Watch } from '../src/command/watch.ts'
import { cut, padded, widthOf } from '../src/command/width.ts'

/** An output of so many columns. */
function terminal(columns: number, env: Record<string, string> = {}): Output {
  const stream = { isTTY: true, columns, write() {} }
  return new Output(stream as never, false, env)
}

describe('histogram', () => {
  test('tells quantiles that are at most 1/32 too high, and never too low', () => {
    const histogram = new Histogram()
    const times = Array.from({ length: 10_000 }, (_, i) => 0.001 * 1.0016 ** i)
    for (const ms of times) histogram.add(ms)
    for (const q of [0.001, 0.1, 0.5, 0.9, 0.99, 0.999, 1]) {
      const exact = times[Math.ceil(q * times.length) - 1] ?? 0
      expect(histogram.quantile(q)).toBeGreaterThanOrEqual(exact)
      expect(histogram.quantile(q)).toBeLessThanOrEqual(exact * (1 + 1 / 32) + 0.001)
    }
  })

  test('tells 0 of nothing', () => expect(new Histogram().quantile(0.5)).toBe(0))
})

describe('advice', () => {
  test('tells a message that cannot be read from queues that cannot be opened', () => {
    expect(sentenceOf(new QueueError('damaged', 'the body of message 2 cannot be read'))).toBe(
      'the body of message 2 cannot be read; it stays until "millrace-queue purge --damaged" drops it; others can be received',
    )
    expect(sentenceOf(new QueueError('damaged', 'the log is of another version'))).toMatch(/; nothing has been changed/)
  })
})

describe('send', () => {
  test.each([
    ['full', /^2 lines were sent; from line 3 on none was$/],
    ['unknown', /^2 lines were sent; nobody knows of the 2 after that$/],
    ['read-only', /^2 lines were sent; nobody knows of the 2 after that$/],
  ] as const)('says how far it came when lines are refused as %s', async (code, told) => {
    let times = 0
    const sendMany = async () => {
      if (times++ > 0) throw new QueueError(code, 'no more')
      return ['1', '2']
    }
    const request = requestOf(['send', 'a', '--quiet', '--batch', '2'], '', {})
    if (request.kind !== 'work') throw new Error('expected some')
    const said: string[] = []
    const input = Readable.from(['1\n2\n3\n4\n5\n'])
    const { signal: stop } = new AbortController()
    const context = { engine: { sendMany }, output: terminal(80), input, stop, say: (text: string) => said.push(text) }
    await expect(request.work.run(context as never)).rejects.toMatchObject({ code })
    expect(said).toEqual([expect.stringMatching(told)])
  })
})

describe('arrivals', () => {
  test('counts each message once, whether it or the answer to its sending comes first', () => {
    const arrivals = new Arrivals(2)
    for (let i = 0; i < 5_000; i++) {
      const number = arrivals.next(i % 2)
      if (i % 3 === 0) arrivals.arrived(i % 2, number)
      arrivals.sent(i % 2, number)
      if (i % 3 === 1) arrivals.arrived(i % 2, number)
    }
    expect(arrivals).toMatchObject({ sentCount: 5_000, arrivedCount: 3_334, missing: 1_666, repeated: 0, foreign: 0 })
    arrivals.arrived(0, 0)
    arrivals.arrived(1, 2_500)
    arrivals.arrived(7, 0)
    expect(arrivals).toMatchObject({ arrivedCount: 3_334, repeated: 1, foreign: 2 })
  })

  test('reads what it stamped', () => {
    const told = { producer: 3, number: 2 ** 40, startMs: 12.5 }
    expect(stampOf(stamp(64, told))).toEqual(told)
  })
})

describe('lines', () => {
  async function lines(...chunks: string[]): Promise<string[]> {
    const found: string[] = []
    async function* input() {
      for (const chunk of chunks) yield Buffer.from(chunk)
    }
    for await (const some of linesOfStream(input(), 8)) found.push(...some.map((line) => Buffer.from(line).toString()))
    return found
  }

  test('come whole however they are cut', async () => {
    expect(await lines('a', 'b\n\nc', '', 'd\n', 'e')).toEqual(['ab', '', 'cd', 'e'])
    expect(await lines('a\n')).toEqual(['a'])
    expect(await lines()).toEqual([])
  })

  test('are refused by their number when they are too long', async () => {
    await expect(lines('a\n123456789')).rejects.toThrow('line 2 is longer than 8 bytes; send it with --file')
  })
})

describe('output for a person', () => {
  test('fits into the columns, and says what it leaves out', () => {
    const columns = [
      { head: 'queue', rank: 0 },
      { head: 'ready', rank: 1, isRight: true },
      { head: 'bytes', rank: 2, isRight: true },
    ]
    const rows = [
      ['漢字漢字漢字漢字漢字', '1', '2'],
      ['mail', '1,000', '2 KiB'],
    ]
    for (const width of [16, 20, 24, 30, 80]) {
      const lines = table(terminal(width), columns, rows)
      for (const line of lines) expect(widthOf(stripVTControlCharacters(line))).toBeLessThanOrEqual(width)
    }
    expect(table(terminal(30, { NO_COLOR: '1' }), columns, rows)).toEqual([
      'queue                 ready',
      '漢字漢字漢字漢字漢字      1',
      'mail                  1,000',
      'no room for: bytes',
    ])
  })

  test('has colours on a terminal only, and not with NO_COLOR or TERM=dumb', () => {
    expect(terminal(80).styled('dim', 'a')).toBe('\x1b[2ma\x1b[22m')
    expect(terminal(80, { NO_COLOR: '1' }).styled('dim', 'a')).toBe('a')
    expect(terminal(80, { TERM: 'dumb' }).styled('dim', 'a')).toBe('a')
    expect(new Output({ write() {} } as never, false, {}).styled('dim', 'a')).toBe('a')
  })

  test('cuts long bodies, not in the middle of a character', () => {
    const output = terminal(80, { NO_COLOR: '1' })
    const message = { id: '1', headers: {}, priority: 0, deliveries: 0, enqueuedAtMs: 0, text: () => '' }
    const lines = messageLines(output, { ...message, body: Buffer.from(`a${'é'.repeat(5_000)}`) })
    expect(lines.at(-1)).toBe('  … of 9.77 KiB; --json tells all')
    expect(lines[1]).toMatch(/^ {2}aé+$/)
    expect(messageLines(output, { ...message, body: Buffer.alloc(1_000) })).toHaveLength(18)
  })

  test('cuts and pads by columns', () => {
    expect([cut('漢字', 3), cut('漢字', 4), padded('漢', 3, true), cut('abc', 0)]).toEqual(['漢…', '漢字', ' 漢', ''])
    expect([bytes(1023), bytes(1536), duration(0.42), duration(90_000), duration(5_400_000)]).toEqual([
      '1023 B',
      '1.5 KiB',
      '0.42 ms',
      '90 s',
      '90 min',
    ])
  })
})

describe('watch', () => {
  test('tells what is new, what came back, and how many were not seen', async () => {
    const engine = await openQueues({ path: ':memory:' })
    onTestFinished(() => engine.close())
    await engine.create('mail')
    await engine.sendMany(
      'mail',
      ['a', 'b', 'c'].map((body) => ({ body })),
    )
    const watch = new Watch(engine, 'mail', { last: 2, look: 4 })
    const next = async () => {
      const { messages, unseen } = await watch.next()
      return [messages.map((message) => message.text()).join(''), unseen]
    }
    expect(await next()).toEqual(['bc', 0])
    expect(await next()).toEqual(['', 0])
    const [first] = await engine.receive('mail')
    expect(await next()).toEqual(['', 0])
    await engine.nack(first?.lease ?? '')
    expect(await next()).toEqual(['a', 0])
    await engine.sendMany(
      'mail',
      ['d', 'e', 'f'].map((body) => ({ body })),
    )
    expect(await next()).toEqual(['d', 2])
    await engine.purge('mail')
    await engine.send('mail', 'g', { delayMs: 60_000 })
    expect(await next()).toEqual(['', 0])
  })
})
