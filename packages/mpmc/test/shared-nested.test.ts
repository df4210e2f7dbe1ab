import { bytes, f64, json } from '@millrace/ring/codec'
import { describe, expect, test } from 'vitest'
import { sharedChannel } from '../src/shared.ts'

const LARGE = 20_000
const DEPTH = 12

describe('values that are moved from within each other', () => {
  test('of any size are borrowed to any depth, and stay what they are', () => {
    const { sender, receiver } = sharedChannel({ capacity: 16, codec: bytes(LARGE) })
    const sumOf = (lent: Uint8Array) => lent.reduce((sum, byte) => sum + byte, 0)
    const nest = (left: number): number[] =>
      receiver.tryBorrow((lent) => [...(left > 1 ? nest(left - 1) : []), sumOf(lent)])?.value ?? []
    for (let round = 0; round < 3; round++) {
      for (let i = 1; i <= DEPTH; i++) sender.trySend(new Uint8Array(LARGE).fill(i))
      expect(nest(DEPTH)).toEqual(Array.from({ length: DEPTH }, (_, i) => (DEPTH - i) * LARGE))
      expect(receiver.length).toBe(0)
    }
  })

  test('are sent by getters of one another to any depth', () => {
    const { sender, receiver } = sharedChannel({ capacity: 16, codec: json(LARGE) })
    const text = 'x'.repeat(LARGE / 2)
    const nested = (depth: number): object => ({
      depth,
      text,
      get sent() {
        return depth < DEPTH && sender.trySend(nested(depth + 1))
      },
    })
    expect(sender.trySend(nested(1))).toBe('sent')
    const depths = receiver.receiveManySync(16).map((value) => (value as { depth: number; text: string }).depth)
    expect(depths).toEqual(Array.from({ length: DEPTH }, (_, i) => DEPTH - i))
  })

  test('leave numbers that are received meanwhile room of their own', () => {
    const numbers = sharedChannel({ capacity: 1024, codec: f64 })
    const large = sharedChannel({ capacity: 8, codec: bytes(LARGE) })
    for (let i = 0; i < 1000; i++) numbers.sender.trySend(i)
    for (let i = 0; i < 8; i++) large.sender.trySend(new Uint8Array(LARGE).fill(i))
    const array = new Float64Array(250)
    for (let i = 0; i < 4; i++) {
      const sums = large.receiver.tryBorrow((outer) =>
        large.receiver.tryBorrow((inner) => {
          const count = numbers.receiver.tryReceiveInto(array)
          return [count, array[0], array.at(-1), new Set(outer).size, outer[0], new Set(inner).size, inner.at(-1)]
        }),
      )
      expect(sums?.value?.value).toEqual([250, i * 250, i * 250 + 249, 1, 2 * i, 1, 2 * i + 1])
    }
  })
})
