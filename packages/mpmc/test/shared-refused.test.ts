import { CutShortError } from '@millrace/channel'
import { EncodeError, string, u32 } from '@millrace/ring/codec'
import { describe, expect, test } from 'vitest'
import { sharedChannel } from '../src/shared.ts'

describe.each([
  ['a number', u32, [1, -1, 2]],
  ['a text', string(4), ['tea', 'coffee', 'milk']],
] as const)('%s that cannot be encoded is not sent', (_, codec, values) => {
  const [good, bad, behind] = values as readonly [never, never, never]
  const open = () => sharedChannel<never>({ capacity: 4, codec: codec as never })

  test('send rejects, trySend and sendSync throw', async () => {
    const { sender, receiver } = open()
    await expect(sender.send(bad)).rejects.toThrow(EncodeError)
    expect(() => sender.trySend(bad)).toThrow(EncodeError)
    expect(() => sender.sendSync(bad)).toThrow(EncodeError)
    expect(receiver.length).toBe(0)
  })

  test('sendMany rejects with a CutShortError whose cause it is', async () => {
    const { sender, receiver } = open()
    const refused = await sender.sendMany([good, bad, behind]).catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(CutShortError)
    expect((refused as CutShortError).cause).toBeInstanceOf(EncodeError)
    expect(receiver.length).toBe((refused as CutShortError).sent)
  })
})
