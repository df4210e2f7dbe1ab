/** Sends back what it gets. */
import { createServer } from 'node:net'

createServer((socket) => {
  socket.setNoDelay().on('error', () => {})
  socket.on('data', (chunk) => socket.write(chunk))
}).listen(Number(process.argv[2]), '127.0.0.1')
