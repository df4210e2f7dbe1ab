import { arena, attachArena, PARKED_RECEIVERS, waitSync, whenWatched } from '@millrace/atomics'
import * as mpmc from '@millrace/mpmc/shared'
import * as mpsc from '@millrace/mpsc/shared'
import { bytes, u32 } from '@millrace/ring/codec'
import { describe, expect, test } from 'vitest'

test('the page is one in which memory can be shared, and has nothing of Node', () => {
  expect(crossOriginIsolated).toBe(true)
  const strange = globalThis as { process?: { getBuiltinModule?: unknown }; Buffer?: unknown }
  expect([strange.process?.getBuiltinModule, strange.Buffer]).toEqual([undefined, undefined])
})

describe.each(Object.entries({ mpmc, mpsc }))('the page, which must not block, on %s', (_, { sharedChannel }) => {
  test('is refused with TypeError in sendSync once the channel is full, and sends nothing', () => {
    const { sender, receiver } = sharedChannel({ capacity: 1, codec: u32 })
    sender.sendSync(1)
    expect(() => sender.sendSync(2)).toThrow(TypeError)
    expect([receiver.tryReceive(), receiver.tryReceive()]).toEqual([1, undefined])
  })

  test('is refused with TypeError by all that would block for a value', () => {
    const numbers = sharedChannel({ capacity: 1, codec: u32 })
    const texts = sharedChannel({ capacity: 1, codec: bytes(8) })
    expect([numbers.sender.closed, texts.sender.closed]).toEqual([false, false])
    expect(() => numbers.receiver.receiveSync()).toThrow(TypeError)
    expect(() => numbers.receiver.receiveSync({ timeoutMs: 5 })).toThrow(TypeError)
    expect(() => numbers.receiver.receiveManySync(3)).toThrow(TypeError)
    expect(() => numbers.receiver.receiveIntoSync(new Uint32Array(3))).toThrow(TypeError)
    expect(() => texts.receiver.borrowSync(() => 1)).toThrow(TypeError)
  })

  test('goes on after it was refused', async () => {
    const { sender, receiver } = sharedChannel({ capacity: 1, codec: u32 })
    expect(() => receiver.receiveSync()).toThrow(TypeError)
    const waiting = receiver.receive()
    await sender.send(7)
    expect(await waiting).toBe(7)
  })
})

test('the page may ask for a wake, but not sleep until it', () => {
  const own = arena({ maxBytes: 2 ** 20 })
  const { handle } = mpmc.sharedChannel({ capacity: 1, codec: u32, arena: own })
  const line = handle.object + PARKED_RECEIVERS
  expect(() => waitSync(own, line, own.kernel.parkBegin(line))).toThrow(TypeError)
})

test('the death of the page would be noticed', async () => {
  expect(await whenWatched()).toBe(true)
  const { held = [] } = await navigator.locks.query()
  expect(held.filter(({ name }) => name?.startsWith('millrace:')).length).toBeGreaterThan(0)
})

test('a memory that was sent to oneself is the same arena', async () => {
  const own = arena({ maxBytes: 2 ** 20 })
  const { port1, port2 } = new MessageChannel()
  const arrived = new Promise<MessageEvent>((resolve) => {
    port1.onmessage = resolve
  })
  port2.postMessage(own.memory)
  const { data } = await arrived
  port1.close()
  expect([data === own.memory, attachArena(data) === own]).toEqual([false, true])
})
