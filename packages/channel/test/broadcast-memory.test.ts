import { describe, expect, test } from 'vitest'
import { type BroadcastSender, broadcast } from '../src/broadcast.ts'
import { idle } from './local.ts'

describe('broadcast', () => {
  test.each(['open', 'closed'])('holds no value that nobody is left to receive while it is %s', async (state) => {
    const { sender, subscribe } = broadcast<object>({ capacity: 4 })
    const listener = subscribe()
    const kept = send(sender)
    if (state === 'closed') sender.close()
    listener[Symbol.dispose]()
    if (state === 'open') sender.send({})
    await idle()
    globalThis.gc?.()
    expect([kept.deref(), sender.subscriptions]).toEqual([undefined, 0])
  })
})

/** Sends an object that nothing here holds afterwards. */
function send(sender: BroadcastSender<object>): WeakRef<object> {
  const value = {}
  sender.send(value)
  return new WeakRef(value)
}
