import { priorityPool } from '@millrace/pool'
import { describe, expect, test } from 'vitest'
import { type PoolServer, type PoolServerOptions, poolServer } from '../src/index.ts'
import { rawClient } from './support.ts'

const pool = () => priorityPool<NonNullable<unknown> | null>({ capacity: 10 })

async function statusFor({ port }: PoolServer, host: string, path = '/drain/1/0'): Promise<string> {
  const socket = await rawClient({ port } as PoolServer)
  socket.write(`GET ${path} HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`)
  let text = ''
  for await (const chunk of socket) text += chunk
  return `${text.slice(9, 12)} ${/"reason":"(.*?)"/.exec(text)?.[1] ?? ''}`.trim()
}

async function serving(options: PoolServerOptions, check: (server: PoolServer) => Promise<void>): Promise<void> {
  await using server = await poolServer(pool(), options)
  await check(server)
}

describe('a server at a loopback address', () => {
  test('is not reached by the name of a page that was given that address', () =>
    serving({}, async (server) => {
      const refused = '403 host: this server is not reached by the name evil.example'
      expect(await statusFor(server, 'evil.example')).toBe(refused)
      expect(await statusFor(server, 'EVIL.example:80', '/stats')).toBe(refused)
      expect(await statusFor(server, 'localhost.evil.example')).toMatch(/^403/)
    }))

  test('is reached by localhost, by loopback addresses, and by the names given', () =>
    serving({ names: ['Pool.internal'] }, async (server) => {
      for (const host of ['localhost', 'LOCALHOST:80', '127.0.0.1', '127.9.9.9:1', '[::1]:80', 'pool.internal:8'])
        expect([host, await statusFor(server, host)]).toEqual([host, '200'])
    }))
})

test('a server at all addresses is reached by any name', () =>
  serving({ host: '0.0.0.0' }, async (server) => {
    expect(await statusFor(server, 'any.example')).toBe('200')
  }))
