import { describe, expect, test } from 'vitest'
import type { Receiver, Sender } from '../src/index.ts'
import { channel } from './local.ts'

describe('onDrop', () => {
  test('that disposes the last receiver: nothing is accepted by the dead channel', () => {
    const dropped: [number, string][] = []
    const ends: { sender: Sender<number>; receiver: Receiver<number> } = channel<number>({
      capacity: 1,
      overflow: 'drop-oldest',
      onDrop(value, why) {
        dropped.push([value, why])
        ends.receiver[Symbol.dispose]()
      },
    })
    expect([ends.sender.trySend(1), ends.sender.trySend(2)]).toEqual(['sent', 'closed'])
    expect(ends.sender.length).toBe(0)
    expect(dropped).toEqual([[1, 'oldest']])
  })

  test('that closes: the send that dropped is refused, and so is a reservation', async () => {
    const ends: { sender: Sender<number>; receiver: Receiver<number> } = channel<number>({
      capacity: 1,
      overflow: 'drop-oldest',
      onDrop: () => ends.sender.close(),
    })
    await ends.sender.send(1)
    await expect(ends.sender.send(2)).rejects.toMatchObject({ code: 'closed', value: 2 })
    const other: typeof ends = channel<number>({
      capacity: 1,
      overflow: 'drop-oldest',
      onDrop: () => other.sender.close(),
    })
    await other.sender.send(1)
    await expect(other.sender.reserve()).rejects.toMatchObject({ code: 'closed' })
    expect(await other.receiver.receive()).toBeUndefined()
  })

  test('that receives gets the value that was dropped for', async () => {
    let receiving: Promise<number | undefined> | undefined
    const ends: { sender: Sender<number>; receiver: Receiver<number> } = channel<number>({
      capacity: 1,
      overflow: 'drop-oldest',
      onDrop() {
        receiving = ends.receiver.receive()
      },
    })
    expect([ends.sender.trySend(1), ends.sender.trySend(2)]).toEqual(['sent', 'sent'])
    expect(await receiving).toBe(2)
  })
})
