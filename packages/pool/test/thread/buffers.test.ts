import { expect, test } from 'vitest'
import { pack } from '../../src/thread/buffers.ts'

test('a view of a part of its memory that is there twice stays one', () => {
  const view = new Uint32Array(new ArrayBuffer(64), 8, 2)
  const { values } = pack([view, [view, { view }], { view }] as const, undefined)
  const [copy] = values
  expect([copy === view, copy.buffer.byteLength]).toEqual([false, 8])
  expect([values[1][0] === copy, values[2].view === copy]).toEqual([true, true])
})

test('a Float16Array takes only its own bytes along', (context) => {
  const Kind = Reflect.get(globalThis, 'Float16Array')
  context.skip(Kind === undefined, 'there is none before Node 24')
  const half: ArrayBufferView & { length: number } = new Kind(new ArrayBuffer(1_000), 0, 4)
  const { values } = pack([half] as const, undefined)
  expect([values[0].length, values[0].buffer.byteLength]).toEqual([4, 8])
})
