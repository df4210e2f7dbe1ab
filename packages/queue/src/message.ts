import type { Message } from './api.ts'

const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/** What is told of a message that is received, without what is made of it. */
export type MessageFields = Omit<Message, 'text'>

/** A message as it is received. Of the fields only these are taken. */
export function messageOf({ id, lease, body, headers, priority, deliveries, enqueuedAtMs }: MessageFields): Message {
  return { id, lease, body, headers, priority, deliveries, enqueuedAtMs, text: () => decoder.decode(body) }
}
