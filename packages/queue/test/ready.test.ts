import { describe, expect, test } from 'vitest'
import { InTurn } from '../src/state/ready.ts'
import type { Stored } from '../src/state/stored.ts'

/** As much of a message as its turn needs. */
const turned = (turn: number): Stored => ({ turn, slot: 0, place: -1 }) as Stored

describe('messages in the order of their turns', () => {
  test('keep no room for those that are gone, around one that stays, nor lose their order', () => {
    const ready = new InTurn()
    const stays = turned(0)
    ready.add(stays)
    let turn = 1
    for (; turn < 20_000; turn++) {
      const passing = turned(turn)
      ready.add(passing)
      ready.remove(passing)
    }
    const [next, last] = [turned(turn), turned(turn + 1)]
    for (const message of [next, last]) ready.add(message)
    expect(last.slot).toBeLessThan(2_000)
    expect(ready.peek(9)).toEqual([stays, next, last])
    ready.remove(next)
    expect([ready.first, ready.length, ready.peek(9)]).toEqual([stays, 2, [stays, last]])
    ready.remove(stays)
    expect([ready.first, ready.oldest]).toEqual([last, last])
  })

  test('keep no room for those that are gone from the front', () => {
    const ready = new InTurn()
    const waiting: Stored[] = []
    let most = 0
    for (let turn = 0; turn < 20_000; turn++) {
      const message = turned(turn)
      ready.add(message)
      waiting.push(message)
      most = Math.max(most, message.slot)
      if (waiting.length === 10) ready.remove(waiting.shift() as Stored)
    }
    expect(most).toBeLessThan(2_000)
    expect(ready.first).toBe(waiting[0])
  })
})
