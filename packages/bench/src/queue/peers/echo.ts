import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import { type Connection, type Received, type Server, together } from '../peer.ts'
import { startServer } from '../process.ts'

/** No queue: a process that sends back what it gets. A life cycle is three questions and three answers, as with a queue. */
export async function echo(): Promise<Server> {
  const file = fileURLToPath(new URL('./echo-server.ts', import.meta.url))
  const server = await startServer(process.execPath, (port) => [file, String(port)])
  return {
    async connect() {
      const socket = connect(server.port, '127.0.0.1').setNoDelay()
      await once(socket, 'connect')
      return connection(socket)
    },
    close: () => server.close(),
  }
}

const FRAME_BYTES = 128

/** Frames of one length, so that there is nothing to look for. The body that is sent next is what is received. */
function connection(socket: Socket): Connection {
  const waiting: (() => void)[] = []
  const sent: Uint8Array[] = []
  let bytes = 0
  socket.on('data', (chunk) => {
    for (bytes += chunk.length; bytes >= FRAME_BYTES; bytes -= FRAME_BYTES) waiting.shift()?.()
  })
  const ask = (): Promise<void> => {
    if (waiting.length === 0) {
      socket.cork()
      process.nextTick(() => socket.uncork())
    }
    socket.write(Buffer.allocUnsafe(FRAME_BYTES))
    return new Promise((resolve) => waiting.push(resolve))
  }
  const one = {
    send(body: Uint8Array) {
      sent.push(body)
      return ask()
    },
    async receive(): Promise<Received> {
      await ask()
      return { body: sent.shift() as Uint8Array, ack: '' }
    },
    ack: ask,
  }
  return { ...one, ...together(one), close: () => socket.destroy() }
}
