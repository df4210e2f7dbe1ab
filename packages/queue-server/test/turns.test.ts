import { describe, expect, test } from 'vitest'
import { Turns } from '../src/turns.ts'

/** Turns of which somebody takes note, while there is room or not. */
function noted() {
  const room = { isThere: true }
  const turns = new Turns(() => room.isThere)
  const ran: number[] = []
  const enter = (count: number): void => {
    for (let i = 0; i < count; i++) {
      const number = entered++
      turns.enter(() => void ran.push(number))
    }
  }
  let entered = 0
  return { room, turns, ran, enter }
}

const range = (length: number): number[] => Array.from({ length }, (_, i) => i)

describe('turns', () => {
  test('let in sixteen at a time, in the order they came', () => {
    const { turns, ran, enter } = noted()
    enter(20)
    expect(ran).toEqual(range(16))
    turns.leave()
    turns.leave()
    expect(ran).toEqual(range(18))
  })

  test('let nobody in while there is no room, and then those who came first', () => {
    const { room, turns, ran, enter } = noted()
    room.isThere = false
    enter(2)
    turns.goOn()
    expect(ran).toEqual([])
    room.isThere = true
    enter(1) // Behind those who are held.
    expect(ran).toEqual([])
    turns.goOn()
    expect(ran).toEqual([0, 1, 2])
  })

  test('let all in when they are let go', () => {
    const { room, turns, ran, enter } = noted()
    enter(20)
    room.isThere = false
    turns.letGo()
    expect(ran).toEqual(range(20))
  })
})
