import { describe, expect, it } from 'vitest'
import { LINE_MAX, Lines } from '../src/lines.ts'
import { parseLine } from '../src/parse.ts'

const head = '10.0.0.1 - - [21/Nov/2026:11:00:00 +0000]'

describe('parseLine', () => {
  it('reads the common and the combined format, also with a host before it', () => {
    const request = { status: 200, bytes: 12, path: '/a' }
    expect(parseLine(`${head} "GET /a HTTP/1.1" 200 12`)).toEqual(request)
    expect(parseLine(`${head} "GET /a HTTP/1.1" 200 12 "-" "curl/8"\r`)).toEqual(request)
    expect(parseLine(`example.com:443 ${head} "GET /a HTTP/1.1" 200 12`)).toEqual(request)
    expect(parseLine(`::1 - Jane Doe [x] "GET /a HTTP/1.1" 200 12`)).toEqual(request)
  })

  it('leaves the query and the fragment off', () => {
    expect(parseLine(`${head} "GET /a/b?c=d#e HTTP/1.1" 200 1`)?.path).toBe('/a/b')
    expect(parseLine(`${head} "GET /a#e HTTP/2.0" 200 1`)?.path).toBe('/a')
  })

  it('takes a size that is not told for 0', () => {
    expect(parseLine(`${head} "HEAD /a HTTP/1.1" 304 -`)?.bytes).toBe(0)
  })

  it('keeps escaped quotes in the path', () => {
    expect(parseLine(`${head} "GET /\\"a\\\\ HTTP/1.1" 400 1`)?.path).toBe('/\\"a\\\\')
  })

  it('calls the path of what is no request of HTTP -', () => {
    expect(parseLine(`${head} "\\x16\\x03\\x01" 400 150`)).toEqual({ status: 400, bytes: 150, path: '-' })
    expect(parseLine(`${head} "" 408 0`)?.path).toBe('-')
  })

  it('refuses what is no line of a log', () => {
    for (const text of [
      'x',
      head,
      `${head} "GET /a HTTP/1.1" 20 12`,
      `${head} "GET /a HTTP/1.1" 200 1e3`,
      '{"a":"b"}',
    ]) {
      expect(parseLine(text)).toBeUndefined()
    }
  })

  it('takes no longer than the length of a line asks for, whoever wrote it', () => {
    const before = process.cpuUsage()
    for (const unit of ['[', '] "', '\\', '\\"', ' [] "', '"', ' ']) parseLine(`a b ${unit.repeat(LINE_MAX)}`)
    const { user, system } = process.cpuUsage(before)
    expect((user + system) / 1000).toBeLessThan(2000)
  })
})

describe('Lines', () => {
  it('puts lines together wherever chunks end', () => {
    const text = Buffer.from('one\ntwo\r\n\nfour \xe9', 'latin1')
    for (let size = 1; size <= text.length; size++) {
      const lines = new Lines()
      const found: string[] = []
      for (let at = 0; at < text.length; at += size) found.push(...lines.add(text.subarray(at, at + size)))
      expect([...found, ...lines.end()]).toEqual(['one', 'two\r', '', 'four \xe9'])
    }
  })

  it('keeps no more of a line than its first characters', () => {
    const lines = new Lines()
    for (let i = 0; i < 100; i++) expect(lines.add(Buffer.alloc(LINE_MAX / 4, 'x'))).toEqual([])
    expect(lines.add(Buffer.from('\nnext\n'))).toEqual(['x'.repeat(LINE_MAX), 'next'])
  })
})
