import { MessageChannel, type MessagePort } from 'node:worker_threads'
import type { Share } from '../contender.ts'

/** A message channel between the two threads. */
export function ports(): { near: Share<MessagePort>; far: Share<MessagePort> } {
  const { port1, port2 } = new MessageChannel()
  return { near: share(port1), far: share(port2) }
}

function share(port: MessagePort): Share<MessagePort> {
  return { data: port, transfer: [port] }
}
