import { UsageError } from '@millrace/command'
import { describe, expect, test } from 'vitest'
import { requestOf } from '../src/command/request.ts'
import { ended, folder } from './command-support.ts'

const VERBS = ['create', 'delete', 'list', 'stats', 'send', 'receive', 'ack', 'nack', 'extend', 'peek', 'tail', 'pause']

describe('millrace-queue', () => {
  test('prints help and version', async () => {
    const help = await ended(['--help'])
    expect(help).toMatchObject({ code: 0, err: '' })
    for (const word of [
      ...VERBS,
      'resume',
      'purge',
      'redrive',
      'bench',
      '--url',
      '--path',
      '--token-file',
      'Exit codes',
    ])
      expect(help.out).toContain(word)
    expect(await ended(['-h'])).toEqual(help)
    expect(await ended(['--version'])).toMatchObject({ code: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) })
  })

  test('prints help of a verb, wherever the option stands', async () => {
    const help = await ended(['send', '--help'])
    expect(help).toMatchObject({ code: 0, err: '', out: expect.stringContaining('--dedup-key <key>') })
    expect(await ended(['--help', 'send'])).toEqual(help)
    expect(Math.max(...help.out.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(100)
  })

  test.each<[string[], string]>([
    [
      [],
      'expected a verb: create, delete, list, stats, send, receive, ack, nack, extend, peek, tail, pause, resume, purge, redrive, bench',
    ],
    [['recieve', 'mail'], 'there is no verb "recieve"; did you mean receive?'],
    [['receive', 'mail', '--wait', '3'], 'there is no option --wait'],
    [['receive', 'mail', '--wiat-ms', '3'], 'there is no option --wiat-ms; did you mean --wait-ms?'],
    [['--max', '3', 'receive', 'mail'], '--max: expected the verb before its options'],
    [['receive'], 'expected the name of a queue'],
    [['receive', ''], 'expected the name of a queue, got an empty text'],
    [['receive', 'mail', 'male'], 'expected nothing more, got "male"'],
    [['receive', 'mail', '--max', '0'], '--max: expected a whole number from 1, got "0"'],
    [['receive', 'mail', '--max', '-1'], '--max: expected a whole number from 1, got "-1"'],
    [['receive', 'mail', '--raw', '--max', '2'], '--raw: expected one message, without --max or --follow'],
    [
      ['receive', 'mail', '--ack', '--lease-ms', '0'],
      '--ack: expected none with --lease-ms 0, which leaves nothing to acknowledge',
    ],
    [['create', 'mail', '--order', 'lifo'], '--order: expected fifo or priority, got "lifo"'],
    [['send', 'mail', 'a', '--header', 'b'], '--header: expected name=value, got "b"'],
    [['send', 'mail', 'a', '--priority', 'high'], '--priority: expected a number, got "high"'],
    [
      ['send', 'mail', 'a', 'b', '--dedup-key', 'k'],
      '--dedup-key: expected one message or file, since of those with the same key one is taken',
    ],
    [['extend', 'a.b.c.d'], 'expected --lease-ms, how long from now'],
    [['list', '--json', '--no-json'], '--json and --no-json: expected one of them'],
    [['list', '--url', 'millrace://localhost', '--path', 'queues'], '--path and --url: expected one of them'],
    [
      ['list', '--url', 'http://localhost'],
      '--url: expected a URL such as millrace://127.0.0.1:7411, or millraces:// for TLS',
    ],
    [['list', '--sync', 'never'], '--sync: expected --path with it; a server has its own'],
    [
      ['list', '--path', 'queues', '--sync', '0'],
      '--sync: expected always, never or a number of milliseconds, got "0"',
    ],
  ])('refuses %j with one sentence', (args, sentence) => {
    expect(() => requestOf(args, '1.0.0', {})).toThrow(new UsageError(sentence))
  })

  test('tells of misuse in one sentence, with exit code 2', async () => {
    expect(await ended(['receive'])).toEqual({
      code: 2,
      signal: null,
      out: '',
      err: 'millrace-queue: expected the name of a queue; see --help\n',
    })
    expect(await ended(['recieve', 'mail'])).toMatchObject({
      code: 2,
      err: 'millrace-queue: there is no verb "recieve"; did you mean receive?\n',
    })
  })

  test('takes no token by an argument, and shows none', async () => {
    const { code, err } = await ended(['list', '--url', 'millrace://secretsecretsecret@localhost'])
    expect(code).toBe(2)
    expect(err).toContain('--token-file or MILLRACE_QUEUE_TOKEN')
    expect(err).not.toContain('secretsecret')
  })

  test('says what to do when no server is there', async () => {
    const { code, out, err } = await ended(['list'], { env: { MILLRACE_QUEUE_URL: 'millrace://127.0.0.1:1' } })
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toMatch(/^millrace-queue: .*ECONNREFUSED.*; start millrace-queue-server there, or .*\n$/)
  })

  test('makes no folder for who only looks', async () => {
    const path = await folder()
    expect(await ended(['list', '--path', path])).toMatchObject({
      code: 1,
      err: `millrace-queue: there are no queues in ${path}; "create" makes the first, and the folder\n`,
    })
    expect(await ended(['list', '--path', path])).toMatchObject({ code: 1 })
  })
})
