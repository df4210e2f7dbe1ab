import type { Socket } from 'node:net'
import { Refusal } from './refusal.ts'

/** Answers what is no HTTP, or has headers without end, and closes the connection. */
export function refuseUnreadable(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy()
    return
  }
  const isTooLarge = error.code === 'HPE_HEADER_OVERFLOW'
  const refusal = isTooLarge
    ? new Refusal('too-large', 'the headers are too long')
    : new Refusal('bad-request', `the request cannot be read (${error.code})`)
  const body = JSON.stringify(refusal)
  const status = isTooLarge ? '431 Request Header Fields Too Large' : '400 Bad Request'
  const head = [`HTTP/1.1 ${status}`, 'content-type: application/json; charset=utf-8', 'connection: close']
  socket.end(`${head.join('\r\n')}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`)
}
