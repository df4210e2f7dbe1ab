import { describe, expect, test } from 'vitest'
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
      'expected a verb: create, delete, list, stats, send, receive, ack, nack, extend, peek, tail, pause, resume, purge, redrive, bench; see --help',
    ],
    [['recieve', 'mail'], 'there is no verb "recieve"; did you mean receive?'],
    [['receive', 'mail', '--wait', '3'], 'there is no option --wait; see --help'],
    [['receive', 'mail', '--wiat-ms', '3'], 'there is no option --wiat-ms; did you mean --wait-ms?'],
    [['--max', '3', 'receive', 'mail'], '--max: expected the verb before its options; see --help'],
    [['receive'], 'expected the name of a queue; see --help'],
    [['receive', ''], 'expected the name of a queue, got an empty text; see --help'],
    [['receive', 'mail', 'male'], 'expected nothing more, got "male"; see --help'],
    [['receive', 'mail', '--max', '0'], '--max: expected a whole number from 1, got "0"; see --help'],
    [['receive', 'mail', '--max', '-1'], '--max: expected a whole number from 1, got "-1"; see --help'],
    [['receive', 'mail', '--raw', '--max', '2'], '--raw: expected one message, without --max or --follow; see --help'],
    [
      ['receive', 'mail', '--ack', '--lease-ms', '0'],
      '--ack: expected none with --lease-ms 0, which leaves nothing to acknowledge; see --help',
    ],
    [['create', 'mail', '--order', 'lifo'], '--order: expected fifo or priority, got "lifo"; see --help'],
    [['send', 'mail', 'a', '--header', 'b'], '--header: expected name=value, got "b"; see --help'],
    [['send', 'mail', 'a', '--priority', 'high'], '--priority: expected a number, got "high"; see --help'],
    [
      ['send', 'mail', 'a', 'b', '--dedup-key', 'k'],
      '--dedup-key: expected one message or file, since of those with the same key one is taken; see --help',
    ],
    [['extend', 'a.b.c.d'], 'expected --lease-ms, how long from now; see --help'],
    [['list', '--json', '--no-json'], '--json and --no-json: expected one of them; see --help'],
    [
      ['list', '--url', 'millrace://localhost', '--path', 'queues'],
      '--path and --url: expected one of them; see --help',
    ],
    [
      ['list', '--url', 'http://localhost'],
      '--url: expected a URL such as millrace://127.0.0.1:7411, or millraces:// for TLS; see --help',
    ],
    [['list', '--sync', 'never'], '--sync: expected --path with it; a server has its own; see --help'],
    [
      ['list', '--path', 'queues', '--sync', '0'],
      '--sync: expected always, never or a number of milliseconds, got "0"; see --help',
    ],
  ])('refuses %j with one sentence and exit code 2', async (args, sentence) => {
    expect(await ended(args)).toEqual({ code: 2, signal: null, out: '', err: `millrace-queue: ${sentence}\n` })
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
