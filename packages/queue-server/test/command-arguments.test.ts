import { UsageError } from '@millrace/command'
import { describe, expect, test } from 'vitest'
import { parseArguments } from '../src/command/arguments.ts'
import { helpText } from '../src/command/help.ts'

const memory = ['--path', ':memory:']
const whole = 'expected a whole number from'

describe('the help', () => {
  test.each([40, 60, 80, 100])('fits into %i columns, and cuts no word', (columns) => {
    const text = helpText(columns)
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(columns)
    expect(text.split(/\s+/)).toEqual(helpText(1000).split(/\s+/))
  })

  test('says of --name that it is about the Host of HTTP', () => {
    expect(helpText(1000)).toMatch(/--name <name> +of HTTP only: .*Host/)
  })
})

describe('the arguments', () => {
  test('have defaults that only this machine reaches', () => {
    expect(parseArguments(['--path', 'queues'])).toEqual({
      verb: 'serve',
      settings: expect.objectContaining({
        path: 'queues',
        sync: undefined,
        listen: { host: '127.0.0.1', port: 7411 },
        http: { host: '127.0.0.1', port: 7412 },
        tokenFile: undefined,
        tls: undefined,
        unsafe: [],
        graceMs: 5000,
      }),
    })
  })

  test('tell when changes are safe, where it listens and what it bears', () => {
    const at = (...args: string[]) => {
      const request = parseArguments(['--path', 'q', ...args])
      return request.verb === 'serve' ? request.settings : expect.unreachable(request.verb)
    }
    expect(at('--sync', 'never').sync).toBe('never')
    expect(at('--sync', '50').sync).toEqual({ everyMs: 50 })
    expect(at('--no-http').http).toBeUndefined()
    expect(at('-p', '1', '--http-port', '2', '--http-host', '::1')).toMatchObject({
      listen: { port: 1 },
      http: { host: '::1', port: 2 },
    })
    expect(at('--max-frame-bytes', '70000', '--quiet-ms', '7').limits).toMatchObject({
      maxFrameBytes: 70_000,
      quietMs: 7,
    })
    const open = ['--host', '0.0.0.0', '--http-host', '::']
    expect(at(...open, '--unsafe', 'no-tokens', '--unsafe', 'no-tls').listen.host).toBe('0.0.0.0')
    expect(at(...open, '--token-file', 't', '--tls-key', 'k', '--tls-cert', 'c').tls).toEqual({ key: 'k', cert: 'c' })
  })

  test.each([
    [[], '--path: expected a folder, or :memory:'],
    [['--path', ''], '--path: expected a folder, or :memory:'],
    [[...memory, '--sync', 'always'], '--sync: nothing is on disk with --path :memory:'],
    [['--path', 'q', '--sync', 'often'], '--sync: expected always, never or a number of milliseconds, got "often"'],
    [['--path', 'q', '--sync', '0'], '--sync: expected always, never or a number of milliseconds, got "0"'],
    [[...memory, '--port', 'http'], `--port: ${whole} 0 to 65535, got "http"`],
    [[...memory, '--port', '-1'], `--port: ${whole} 0 to 65535, got "-1"`],
    [[...memory, '--http-port', '65536'], `--http-port: ${whole} 0 to 65535, got "65536"`],
    [[...memory, '--max-connections', '0'], `--max-connections: ${whole} 1 to 4294967295, got "0"`],
    [[...memory, '--slow-ms', '1e3'], `--slow-ms: ${whole} 1 to 2147483647, got "1e3"`],
    [[...memory, '--host', ''], '--host: expected an address, got an empty one'],
    [[...memory, '--name', 'a:1'], '--name: expected a name without a port, got "a:1"'],
    [[...memory, '--no-http', '--http-port', '1'], '--no-http: expected neither --http-host nor --http-port with it'],
    [[...memory, '--tls-key', 'k'], '--tls-key and --tls-cert: expected both'],
    [[...memory, '--unsafe', 'all'], '--unsafe: expected no-tokens or no-tls, got "all"'],
    [
      [...memory, '--host', '0.0.0.0'],
      '--host: other machines reach 0.0.0.0: expected --token-file, or --unsafe no-tokens',
    ],
    [
      [...memory, '--http-host', '::', '--token-file', 't'],
      '--http-host: other machines reach ::: expected --tls-key and --tls-cert, or --unsafe no-tls',
    ],
    [[...memory, '--token', 'secret-secret-secret'], 'there is no option --token'],
    [[...memory, '--prot', '1'], 'there is no option --prot; did you mean --port?'],
    [[...memory, '--max-frames-bytes=1'], 'there is no option --max-frames-bytes; did you mean --max-frame-bytes?'],
    [[...memory, '-x'], 'there is no option -x'],
    [['serve'], 'expected options only, got serve'],
  ])('%j are refused with one sentence', (args, sentence) => {
    expect(() => parseArguments(args)).toThrow(new UsageError(sentence))
  })
})
