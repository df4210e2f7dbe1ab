import { expectTypeOf, test } from 'vitest'
import { channel, type Receiver, type Sender } from '../src/index.ts'

test('both ends carry the type of the values', () => {
  const { sender, receiver } = channel<string>({ capacity: 1 })
  expectTypeOf(sender).toEqualTypeOf<Sender<string>>()
  expectTypeOf(receiver).toEqualTypeOf<Receiver<string>>()
  expectTypeOf(receiver.receive).returns.resolves.toEqualTypeOf<string | undefined>()
  expectTypeOf(receiver.receiveMany).returns.resolves.toEqualTypeOf<string[]>()
})

test('undefined is refused as a value, null is not', () => {
  // @ts-expect-error undefined is never a value
  channel<string | undefined>({ capacity: 1 })
  expectTypeOf(channel<string | null>({ capacity: 1 }).receiver.receive).returns.resolves.toEqualTypeOf<
    string | null | undefined
  >()
})

test('the receiver of an mpsc channel has no clone', () => {
  expectTypeOf<Receiver<string>>().not.toHaveProperty('clone')
})
