import { EventEmitter } from 'node:events'
import { channel } from '@millrace/mpsc'
import { describe, expect, test } from 'vitest'
import { adjustable, from, fromEvents } from '../src/index.ts'
import { progress } from '../src/progress.ts'
import { trace } from '../src/trace.ts'
import { rejection } from './support.ts'

const same = (n: number) => n
const items = () => from([1, 2, 3])
const pool = { threads: 1, run: async () => 1 }
const { sender } = channel<number>({ capacity: 1 })
/** What the compiler refuses, given by a caller in JavaScript. */
type Given = never

/** What users give by mistake, and how a message quotes it. */
const MISTAKES: readonly (readonly [value: unknown, quoted: string])[] = [
  [0, '0'],
  [-1, '-1'],
  [Number.NaN, 'NaN'],
  [1.5, '1.5'],
  [Number.POSITIVE_INFINITY, 'Infinity'],
  [undefined, 'undefined'],
  [null, 'null'],
  ['2', '"2"'],
  [true, 'true'],
  [[], '[object Array]'],
  [{}, '[object Object]'],
]
type Kind = (typeof MISTAKES)[number][1]

/** What each option takes of those. */
const COUNT: readonly Kind[] = []
const TIME: readonly Kind[] = ['1.5', 'Infinity']
const OPTIONAL: readonly Kind[] = ['undefined']
const OPTIONS: readonly Kind[] = ['undefined', '[object Array]', '[object Object]']
const NAME: readonly Kind[] = ['undefined', '"2"']

type Case = readonly [says: string, takes: readonly Kind[], give: (x: Given) => unknown]

const cases: readonly Case[] = [
  ['from', ['"2"', '[object Array]'], (x) => from(x)],
  ['from', OPTIONS, (x) => from([1], x)],
  ['from: name', NAME, (name) => from([1], { name })],
  ['from: resume', OPTIONAL, (resume) => from([1], { resume })],
  ['from: resume.next', ['0'], (next) => from([1], { resume: { next, ahead: [] } })],
  ['from: resume.ahead', [], (x) => from([1], { resume: { next: 0, ahead: [x] } })],
  ['from: resume.ahead', [], (x) => from([1], { resume: { next: 0, ahead: [[2, x]] } })],
  ['map: fn', [], (x) => items().map(x)],
  ['map', OPTIONS, (x) => items().map(same, x)],
  ['map: concurrency', OPTIONAL, (concurrency) => items().map(same, { concurrency })],
  ['map: ordered', ['undefined', 'true'], (ordered) => items().map(same, { ordered })],
  ['map: name', NAME, (name) => items().map(same, { name })],
  ['map: keyBy', OPTIONAL, (keyBy) => items().map(same, { keyBy })],
  ['map: retry', OPTIONAL, (retry) => items().map(same, { retry })],
  ['map: retry.times', COUNT, (times) => items().map(same, { retry: { times } })],
  ['map: retry.delayMs', ['0', '1.5', 'undefined'], (delayMs) => items().map(same, { retry: { times: 1, delayMs } })],
  ['map: retry.factor', ['1.5', 'undefined'], (factor) => items().map(same, { retry: { times: 1, factor } })],
  [
    'map: retry.maxDelayMs',
    [...TIME, 'undefined'],
    (maxDelayMs) => items().map(same, { retry: { times: 1, maxDelayMs } }),
  ],
  ['map: retry.jitter', ['0', 'undefined'], (jitter) => items().map(same, { retry: { times: 1, jitter } })],
  ['map: retry.when', OPTIONAL, (when) => items().map(same, { retry: { times: 1, when } })],
  ['map: timeoutMs', [...TIME, 'undefined'], (timeoutMs) => items().map(same, { timeoutMs })],
  ['map: deadLetter', OPTIONAL, (deadLetter) => items().map(same, { deadLetter })],
  ['filter: fn', [], (x) => items().filter(x)],
  ['filterMap: fn', [], (x) => items().filterMap(x)],
  ['flatMap: fn', [], (x) => items().flatMap(x)],
  ['flatMap: concurrency', OPTIONAL, (concurrency) => items().flatMap((n) => [n], { concurrency })],
  ['tap: fn', [], (x) => items().tap(x)],
  ['scan: fn', [], (x) => items().scan(x, 0)],
  ['scan', OPTIONS, (x) => items().scan(same, 0, x)],
  ['attempt: fn', [], (x) => items().attempt(x)],
  ['mapOk: fn', [], (x) => items().attempt(same).mapOk(x)],
  ['mapErr: fn', [], (x) => items().attempt(same).mapErr(x)],
  ['catch: errors', [], (x) => items().attempt(same).catch(x)],
  ['catchAbort: errors', [], (x) => items().attempt(same).catchAbort(x)],
  ['threads: pool', [], (x) => items().threads(x, 'a' as Given)],
  ['threads: name', ['"2"'], (x) => items().threads(pool, x)],
  ['threads: pool.threads', COUNT, (threads) => items().threads({ ...pool, threads }, 'a' as Given)],
  ['threads: transfer', OPTIONAL, (transfer) => items().threads(pool, 'a' as Given, { transfer })],
  ['flatten', OPTIONS, (x) => from([[1]]).flatten(x)],
  ['flatten: concurrency', OPTIONAL, (concurrency) => from([[1]]).flatten({ concurrency })],
  ['flatten: ordered', ['undefined', 'true'], (ordered) => from([[1]]).flatten({ ordered })],
  ['unbatch: name', NAME, (name) => from([[1]]).unbatch({ name })],
  ['batch: size', COUNT, (x) => items().batch(x)],
  ['batch: timeoutMs', [...TIME, 'undefined'], (timeoutMs) => items().batch(2, { timeoutMs })],
  ['batch: weight', [], (weight) => items().batch(2, { weight, maxWeight: 3 })],
  ['batch', TIME, (maxWeight) => items().batch(2, { weight: same, maxWeight })],
  ['batchWhile: fn', [], (x) => items().batchWhile(x)],
  ['batchWhile: expiresInMs', OPTIONAL, (expiresInMs) => items().batchWhile(() => 1, { expiresInMs })],
  ['window: size', COUNT, (x) => items().window(x)],
  ['window: step', OPTIONAL, (step) => items().window(2, { step })],
  ['take: count', ['0'], (x) => items().take(x)],
  ['takeWhile: fn', [], (x) => items().takeWhile(x)],
  ['skip: count', ['0'], (x) => items().skip(x)],
  ['enumerate: start', ['0', '-1', 'undefined'], (x) => items().enumerate(x)],
  ['dedupe: by', OPTIONAL, (by) => items().dedupe({ by })],
  ['dedupe: last', ['Infinity', 'undefined'], (last) => items().dedupe({ last })],
  ['rateLimit', [], (x) => items().rateLimit(x)],
  ['rateLimit: count', COUNT, (count) => items().rateLimit({ count, perMs: 5 })],
  ['rateLimit: perMs', ['1.5'], (perMs) => items().rateLimit({ count: 1, perMs })],
  ['rateLimit: burst', OPTIONAL, (burst) => items().rateLimit({ count: 1, perMs: 5, burst })],
  ['debounce: ms', TIME, (x) => items().debounce(x)],
  ['buffer: count', ['0'], (x) => items().buffer(x)],
  ['bufferDropping: count', COUNT, (x) => items().bufferDropping(x, 'oldest')],
  ['bufferDropping: side', [], (x) => items().bufferDropping(2, x)],
  ['bufferDropping: onDrop', OPTIONAL, (onDrop) => items().bufferDropping(2, 'oldest', { onDrop })],
  ['merge', ['"2"', '[object Array]'], (x) => items().merge(x)],
  ['concat', ['"2"', '[object Array]'], (x) => items().concat(x)],
  ['zip', ['"2"', '[object Array]'], (x) => items().zip(x)],
  ['broadcast: count', COUNT, (x) => items().broadcast(x)],
  ['broadcast: buffer', OPTIONAL, (buffer) => items().broadcast(2, { buffer })],
  ['partition: fn', [], (x) => items().partition(x)],
  ['partition: buffer', OPTIONAL, (buffer) => items().partition(same, { buffer })],
  ['through: stage', [], (x) => items().through(x)],
  ['from', ['"2"', '[object Array]'], (x) => items().through(() => x)],
  ['run', OPTIONS, (x) => items().run(x)],
  ['run: signal', OPTIONAL, (signal) => items().run({ signal })],
  ['run: errors', OPTIONAL, (errors) => items().run({ errors })],
  ['run: inFlight', OPTIONAL, (inFlight) => items().run({ inFlight })],
  ['run: checkpoint', OPTIONAL, (checkpoint) => items().run({ checkpoint })],
  ['run: checkpoint.save', [], (save) => items().run({ checkpoint: { save } })],
  ['run: checkpoint.everyItems', OPTIONAL, (everyItems) => items().run({ checkpoint: { save: () => {}, everyItems } })],
  ['run: trace', OPTIONAL, (traced) => items().run({ trace: traced })],
  ['run: clock', OPTIONAL, (clock) => items().run({ clock })],
  ['run', OPTIONS, (x) => items().toArray(x)],
  ['forEach: fn', OPTIONAL, (x) => items().forEach(x)],
  ['fromEvents', [], (x) => fromEvents(x, 'a')],
  ['fromEvents: name', ['"2"'], (x) => fromEvents(new EventEmitter(), x)],
  ['fromEvents: until', NAME, (until) => fromEvents(new EventEmitter(), 'a', { until })],
  ['fromEvents: capacity', OPTIONAL, (capacity) => fromEvents(new EventEmitter(), 'a', { capacity })],
  ['fromEvents: overflow', OPTIONAL, (overflow) => fromEvents(new EventEmitter(), 'a', { overflow })],
  ['adjustable: concurrency', COUNT, (x) => adjustable(x)],
  ['trace', OPTIONS, (x) => trace(x)],
  ['trace: mostCalls', OPTIONAL, (mostCalls) => trace({ mostCalls })],
  ['toHtml: title', NAME, (x) => trace().toHtml(x)],
  ['progress', [], (x) => progress(x)],
  ['progress: stream', OPTIONAL, (stream) => stream === undefined || progress(items().run(), { stream })],
  [
    'progress: everyMs',
    ['1.5', 'undefined'],
    (everyMs) => progress(items().run(), { everyMs, stream: { write() {} } as Given }).close(),
  ],
]

describe('a wrong value throws at once, and the message names its option', () => {
  test.each(cases)('%s, which takes %j', (says, takes, give) => {
    for (const [value, quoted] of MISTAKES) {
      if (takes.includes(quoted)) {
        give(value as Given)
        continue
      }
      const thrown = errorOf(() => give(value as Given))
      expect(thrown, quoted).toMatch(/^(TypeError|RangeError): /)
      expect(thrown, quoted).toContain(`: ${says}`)
    }
  })

  test('and rejects where the answer is a promise', async () => {
    const wrong = 5 as Given
    const given: [says: string, answer: Promise<unknown>][] = [
      ['reduce: fn: expected a function, got 5', items().reduce(wrong, 0)],
      ['to: expected a sender, a Writable or a WritableStream, got 5', items().to(wrong)],
      ['to: expected an options object, got 5', items().to(sender, wrong)],
      ['to: leaveOpen: expected a boolean, got 5', items().to(sender, { leaveOpen: wrong })],
      ['to: unknown option "sginal"', items().to(sender, { sginal: 5 } as object)],
      ['run: inFlight: expected an integer from 1, got 0', items().to(sender, { inFlight: 0 })],
    ]
    for (const [says, answer] of given) expect(String((await rejection(answer)).error)).toContain(`Error: ${says}`)
    expect(sender.closed).toBe(false)
  })
})

function errorOf(give: () => unknown): string {
  try {
    give()
  } catch (error) {
    return String(error)
  }
  return 'nothing was thrown'
}
