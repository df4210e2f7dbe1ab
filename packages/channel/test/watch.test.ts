import { describe, expect, test } from 'vitest'
import { watch } from '../src/watch.ts'

describe('watch', () => {
  test('shows the latest value, and the first change without waiting', async () => {
    const { sender, receiver } = watch<number>(1)
    expect([receiver.value, await receiver.changed()]).toEqual([1, 1])
    sender.send(2)
    sender.send(3)
    expect([receiver.value, await receiver.changed()]).toEqual([3, 3])
  })

  test('waits for a change; every observer sees it', async () => {
    const { sender, receiver } = watch<string>('cold')
    await receiver.changed()
    const other = receiver.clone()
    const waiting = [receiver.changed(), other.changed()]
    sender.send('hot')
    expect(await Promise.all(waiting)).toEqual(['hot', 'hot'])
  })

  test('shows the same change to calls that wait together', async () => {
    const { sender, receiver } = watch<string>('cold')
    await receiver.changed()
    const both = Promise.all([receiver.changed(), receiver.changed()])
    sender.send('hot')
    expect(await both).toEqual(['hot', 'hot'])
  })

  test('ends after the last value was seen', async () => {
    const { sender, receiver } = watch<string>('cold')
    const seen: string[] = []
    const watching = (async () => {
      for await (const value of receiver) seen.push(value)
    })()
    await new Promise((resolve) => setImmediate(resolve))
    sender.send('warm')
    sender.send('hot')
    sender.close()
    await watching
    expect([seen, sender.send('cold'), receiver.value]).toEqual([['cold', 'hot'], false, 'hot'])
  })

  test('frees the place of an aborted wait', async () => {
    const { sender, receiver } = watch<string>('cold')
    await receiver.changed()
    await expect(receiver.changed({ timeoutMs: 0 })).rejects.toMatchObject({ code: 'timeout' })
    sender.send('hot')
    expect(await receiver.changed()).toBe('hot')
  })

  test('refuses undefined', () => {
    expect(() => watch(undefined as never)).toThrow(TypeError)
    expect(() => watch(1).sender.send(undefined as never)).toThrow(TypeError)
  })
})
