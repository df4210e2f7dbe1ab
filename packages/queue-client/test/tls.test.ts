import { describe, expect, test } from 'vitest'
import { connectQueues } from '../src/index.ts'
import { certificate } from './certificate.ts'
import { connected, rejection, serve } from './support.ts'

describe('over TLS', () => {
  test('the contract is the same, by the scheme of the URL or the option', async () => {
    const { cert, key } = certificate
    const { at } = await serve({ tls: { cert, key } })
    expect(at.url).toMatch(/^millraces:/)
    for (const where of [
      at.url,
      at.url.replace('millraces:', 'millrace+tls:'),
      at.url.replace('millraces:', 'millrace:'),
    ]) {
      const client = await connected(where, { tls: { ca: cert } })
      await client.create('a')
      await client.send('a', 'tea')
      expect((await client.receive('a', { leaseMs: 0 }))[0]?.text()).toBe('tea')
    }
  })

  test('a server that nobody vouches for is not spoken to', async () => {
    const { cert, key } = certificate
    const { at, server } = await serve({ tls: { cert, key }, tokens: [{ token: 'a-token-of-sixteen-characters' }] })
    const error = await rejection(connectQueues(at.url, { token: 'a-token-of-sixteen-characters' }))
    expect(error).toMatchObject({ code: 'unreachable', message: expect.stringMatching(/self.signed|certificate/) })
    expect(server.stats().requests.list).toBe(0)
  })

  test('plain text to a server that speaks TLS, and TLS to one that does not, is unreachable', async () => {
    const { cert, key } = certificate
    const secret = await serve({ tls: { cert, key } })
    const plain = await serve()
    const options = { connectTimeoutMs: 1000 }
    expect(await rejection(connectQueues({ port: secret.at.port }, options))).toMatchObject({
      code: expect.stringMatching(/unreachable|protocol/),
    })
    expect(await rejection(connectQueues({ port: plain.at.port, tls: true }, options))).toMatchObject({
      code: 'unreachable',
    })
  })
})
