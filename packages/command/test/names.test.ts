import { expect, test } from 'vitest'
import { isHostName, isLoopback, whyForeign } from '../src/http.ts'

test('only this machine reaches a loopback address, in whatever form', () => {
  for (const host of [
    'localhost',
    '127.0.0.1',
    '127.9.9.9',
    '::1',
    '0:0:0:0:0:0:0:1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
  ])
    expect([host, isLoopback(host)]).toEqual([host, true])
  for (const host of ['0.0.0.0', '::', '10.0.0.1', '127.0.0.1.example', 'localhost.example', '127.999.0.1', ''])
    expect([host, isLoopback(host)]).toEqual([host, false])
})

test('a host name has no port', () => {
  for (const name of ['a', 'a.example', '127.0.0.1', '::1']) expect([name, isHostName(name)]).toEqual([name, true])
  for (const name of ['', 'a:1', '[::1]', 'http://a', 'a/b', 1, undefined])
    expect([name, isHostName(name)]).toEqual([name, false])
})

test('a server of this machine answers to names of this machine, to those given, and to who says none', () => {
  const why = (header: string | undefined, host: string) => whyForeign(header, host, ['Pool.internal'])
  for (const host of ['127.0.0.1', '::1', 'LOCALHOST']) {
    for (const header of ['localhost', 'LOCALHOST:80', '127.9.9.9:1', '[::1]:80', 'pool.INTERNAL:8', undefined])
      expect([header, why(header, host)]).toEqual([header, undefined])
    for (const header of ['evil.example:80', 'localhost.evil.example'])
      expect(why(header, host)).toBe(`host: this server is not reached by the name ${header.replace(':80', '')}`)
  }
  for (const host of ['0.0.0.0', '::', '10.0.0.1']) expect(why('any.example', host)).toBeUndefined()
})
