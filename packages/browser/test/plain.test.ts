import { beforeAll, describe, expect, test } from 'vitest'
import { PlainPage } from './plain-page.ts'

let page: PlainPage

beforeAll(async () => {
  page = await PlainPage.open()
})

describe('in a page without a bundler', () => {
  test('every entry point loads, and exports something', async () => {
    const map = page.document.querySelector('script[type=importmap]')?.textContent ?? ''
    const entries = Object.keys(JSON.parse(map).imports)
    expect(entries.length).toBeGreaterThan(10)
    for (const entry of entries) {
      const names = await page.run(`return Object.keys(await import(${JSON.stringify(entry)}))`)
      expect([entry, names]).not.toEqual([entry, []])
    }
  })

  test('a channel carries values', async () => {
    const values = await page.run(`
      const { channel } = await import('@millrace/mpmc')
      const { sender, receiver } = channel({ capacity: 1 })
      const sending = sender.sendMany([1, 2, 3]).finally(() => sender.close())
      const values = []
      for await (const value of receiver) values.push(value)
      return [await sending, ...values]`)
    expect(values).toEqual([3, 1, 2, 3])
  })

  test('a channel in shared memory carries texts', async () => {
    const values = await page.run(`
      const { sharedChannel } = await import('@millrace/mpmc/shared')
      const { string } = await import('@millrace/ring/codec')
      const { sender, receiver } = sharedChannel({ capacity: 1, codec: string(60) })
      const sending = sender.sendMany(['tea', '茶', '']).finally(() => sender.close())
      const values = []
      for await (const value of receiver) values.push(value)
      return [await sending, ...values]`)
    expect(values).toEqual([3, 'tea', '茶', ''])
  })
})
