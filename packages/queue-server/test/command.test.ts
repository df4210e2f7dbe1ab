import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, readFileSync } from 'node:fs'
import { request } from 'node:https'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Listening } from '../src/index.ts'
import { ended, file, folder, running } from './command-support.ts'
import { bearer } from './http-support.ts'
import { greeted, Peer, received } from './support.ts'

const memory = ['--path', ':memory:']

/** A client that has been let in, and does not leave when it is told to. */
async function stayer(at: Listening): Promise<Peer> {
  const socket = connect({ port: at.port, host: at.host, allowHalfOpen: true })
  onTestFinished(() => void socket.destroy())
  const peer = new Peer(socket.on('error', () => {}))
  peer.greet()
  await peer.welcome()
  return peer
}

describe('millrace-queue-server', () => {
  test('prints help and version', async () => {
    const help = await ended('--help')
    expect(help).toMatchObject({ code: 0, err: '' })
    for (const option of ['--path', '--sync', '--token-file', '--tls-key', '--max-frame-bytes', 'Exit codes'])
      expect(help.out).toContain(option)
    expect(await ended('-v')).toMatchObject({ code: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) })
  })

  test('refuses arguments that make no sense with one sentence and exit code 2', async () => {
    const err = 'millrace-queue-server: --path: expected a folder, or :memory:; see --help\n'
    expect(await ended()).toEqual({ code: 2, out: '', err })
    expect(await ended('--prot', '1')).toMatchObject({
      code: 2,
      err: expect.stringMatching(/; did you mean --port\?\n$/),
    })
  })

  test('says where it listens, and when changes are safe', async () => {
    const path = folder()
    const kept = `queues in ${path}, changes are on disk at most 50 ms after they are answered`
    const { lines, page } = await running('--path', path, '--sync', '50')
    expect(lines).toEqual([
      expect.stringMatching(/^listening at millrace:\/\/127\.0\.0\.1:\d+, /),
      expect.stringMatching(/^page, \/metrics and \/health at http:\/\/127\.0\.0\.1:\d+, /),
    ])
    for (const line of lines) expect(line.endsWith(kept)).toBe(true)
    expect((await fetch(`${page}/health`)).status).toBe(200)
    expect((await running(...memory)).lines[0]).toMatch(/queues in memory, which end with the process$/)
  })

  test('keeps on disk what it answered, also when it is killed', async () => {
    const path = folder()
    const first = await running('--path', path)
    const peer = await greeted(first.at)
    await peer.ask({ kind: 'create', name: 'a', options: {} })
    await peer.ask({ kind: 'send', name: 'a', message: { body: 'tea' } })
    first.child.kill('SIGKILL')
    await first.end
    const second = await running('--path', path)
    const [message] = await received(await greeted(second.at), 'a')
    expect(message?.text()).toBe('tea')
  })

  test.each(['SIGTERM', 'SIGINT'] as const)(
    'ends well by %s: what waits is answered, and the folder is free',
    async (signal) => {
      const path = folder()
      const { at, child, end, page } = await running('--path', path)
      const peer = await greeted(at)
      await peer.ask({ kind: 'create', name: 'a', options: {} })
      const waiting = peer.request({ kind: 'receive', name: 'a', max: 1 })
      const idle = await fetch(`${page}/api/queues`)
      expect(idle.status).toBe(200)
      await idle.text()
      child.kill(signal)
      expect((await peer.goodbye()).code).toBe('unreachable')
      expect(await peer.answer(waiting)).toMatchObject({ kind: 'failure' })
      expect(await end).toEqual({ err: '', code: 0, signal: null })
      expect((await running('--path', path)).lines).toHaveLength(2)
    },
  )

  test('cuts who does not leave when the grace is over, and says so with exit code 1', async () => {
    const { at, child, end } = await running(...memory, '--grace-ms', '50')
    await stayer(at)
    child.kill('SIGTERM')
    const err = 'millrace-queue-server: one connection was cut when the grace was over\n'
    expect(await end).toEqual({ err, code: 1, signal: null })
  })

  test('dies of a second signal', async () => {
    const { at, child, end } = await running(...memory, '--grace-ms', '60000')
    const peer = await stayer(at)
    child.kill('SIGTERM')
    await peer.goodbye()
    child.kill('SIGTERM')
    expect(await end).toMatchObject({ signal: 'SIGTERM' })
  })

  test('goes on when nobody reads its output', async () => {
    const { child, page } = await running(...memory)
    child.stdout?.destroy()
    child.stderr?.destroy()
    expect((await fetch(`${page}/health`)).status).toBe(200)
  })

  test('lets in who knows a token of the file, here and there, to do what it allows', async () => {
    const owner = 'owner-owner-owner'
    const sender = 'sender-sender-sender'
    const rules = [{ token: owner }, { token: sender, queues: ['mail'], rights: ['send'] }]
    const { at, page } = await running(...memory, '--token-file', file('tokens.json', JSON.stringify(rules)))
    await (await greeted(at, owner)).ask({ kind: 'create', name: 'mail', options: {} })
    const status = async (token?: string) =>
      (await fetch(`${page}/api/messages?queue=mail`, token === undefined ? {} : { headers: bearer(token) })).status
    expect([await status(), await status(sender), await status(owner)]).toEqual([401, 403, 200])
    const answer = await (await greeted(at, sender)).ask({ kind: 'purge', name: 'mail' })
    expect(answer).toMatchObject({ kind: 'failure', error: { code: 'refused' } })
  })

  test('speaks TLS in both places with a key and a certificate', async ({ skip }) => {
    skip(!existsSync('/usr/bin/openssl'), 'openssl, which makes the certificate, is not installed')
    const [key, cert] = ['key.pem', 'cert.pem'].map((name) => join(folder(), name)) as [string, string]
    const made = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=localhost'.split(' ')
    execFileSync('openssl', [...made, '-addext', 'subjectAltName=DNS:localhost', '-keyout', key, '-out', cert], {
      stdio: 'ignore',
    })
    const { at, page, lines } = await running(...memory, '--tls-key', key, '--tls-cert', cert)
    expect(lines[0]).toContain('millraces://')
    const ca = readFileSync(cert)
    const peer = new Peer(connectTls({ port: at.port, host: at.host, servername: 'localhost', ca }))
    onTestFinished(() => void peer.socket.destroy())
    await once(peer.socket, 'secureConnect')
    peer.greet()
    expect((await peer.welcome()).durability).toBe('memory')
    const asked = request(`${page}/health`, { ca, servername: 'localhost' }).end()
    const [answer] = await once(asked, 'response')
    answer.resume()
    expect(answer.statusCode).toBe(200)
  })
})

describe('millrace-queue-server says with one sentence and exit code 1', () => {
  const fails = async (args: string[], sentence: unknown): Promise<void> => {
    expect(await ended('--port', '0', '--http-port', '0', ...args)).toEqual({
      code: 1,
      out: '',
      err: typeof sentence === 'string' ? `millrace-queue-server: ${sentence}\n` : sentence,
    })
  }

  test('that a port is in use, whichever', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    onTestFinished(() => void other.close())
    await once(other, 'listening')
    const { port } = other.address() as { port: number }
    for (const option of ['--port', '--http-port'])
      await fails(
        [...memory, option, `${port}`],
        `cannot listen at 127.0.0.1, port ${port}: address already in use (EADDRINUSE)`,
      )
  })

  test('that the folder cannot be made', async () => {
    const path = join(file('no-folder', ''), 'queues')
    await fails(['--path', path], `cannot open ${path}: not a directory (ENOTDIR)`)
  })

  test('that the folder cannot be written', async ({ skip }) => {
    skip(process.getuid?.() === 0, 'root may write everywhere')
    const path = folder()
    chmodSync(path, 0o500)
    await fails(['--path', path], `cannot open ${path}: permission denied (EACCES)`)
  })

  test('that another process has the folder open', async () => {
    const path = folder()
    await running('--path', path)
    await fails(
      ['--path', path],
      expect.stringMatching(/^millrace-queue-server: cannot open .+one process at a time can have it open\n$/),
    )
  })

  test('what is wrong with the file of tokens, and nothing that is in it', async () => {
    const secret = 'secret-secret-secret'
    const file1 = file('tokens.json', `[{"token": ${secret}}]`)
    await fails([...memory, '--token-file', file1], `--token-file: ${file1} is not JSON`)
    const file2 = file('tokens.json', JSON.stringify([{ token: secret, right: 'all' }]))
    await fails(
      [...memory, '--token-file', file2],
      `--token-file: ${file2}: token 0: unknown option "right"; known: token, queues, rights`,
    )
    const file3 = join(folder(), 'none')
    const missing = `--token-file: cannot read ${file3}: no such file or directory (ENOENT)`
    await fails([...memory, '--token-file', file3], missing)
  })

  test('that the key is none', async () => {
    const pem = file('key.pem', 'no key')
    await fails(
      [...memory, '--tls-key', pem, '--tls-cert', pem],
      expect.stringMatching(
        /^millrace-queue-server: --tls-key and --tls-cert: they are no key and its certificate: [^\n]+\n$/,
      ),
    )
  })
})
