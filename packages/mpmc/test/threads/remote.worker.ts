/** Holds the far ends of channels, and does with them what the other thread says. */
import { type MessagePort, workerData } from 'node:worker_threads'
import type { DropReason, Value } from '@millrace/channel'
import { attachReceiver, attachSender, type SharedHandle } from '../../src/shared.ts'
import { Callee } from './callee.ts'
import { codecs } from './codecs.ts'
import type { Call, Message, Wired } from './wire.ts'

/** Which end of which channel is to be held here. */
export interface Order {
  readonly side: 'sender' | 'receiver'
  readonly handle: SharedHandle<Value>
  readonly codec: keyof typeof codecs
}

const { port, answered } = workerData as { port: MessagePort; answered: Int32Array }
const callee = new Callee((promise, failed, value) => post({ kind: 'settled', promise, failed, value }))

port.on('message', (call: Call) => {
  try {
    post({ kind: 'returned', value: answer(call) })
  } catch (error) {
    post({ kind: 'thrown', value: callee.wire(error) })
  }
})

function answer(call: Call): Wired {
  if (call.kind === 'call') return callee.call(call.target, call.member, call.args)
  if (call.kind === 'read') return callee.read(call.target, call.member)
  if (call.kind === 'attach') return callee.wire(attach(call.order as Order))
  return callee.wire(call.kind === 'abort' ? callee.abort(call.signal) : callee.forget())
}

function attach({ side, handle, codec }: Order): object {
  const onDrop = (value: Value, why: DropReason): void => post({ kind: 'told', what: [value, why] })
  const end = side === 'sender' ? attachSender : attachReceiver
  return end(handle, codecs[codec], { onDrop })
}

function post(message: Message): void {
  port.postMessage(message)
  // Published after the message; observed by the caller, who sleeps on it.
  Atomics.add(answered, 0, 1)
  Atomics.notify(answered, 0)
}
