import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { type Connection, type Received, type Server, together } from '../peer.ts'
import { startServer } from '../process.ts'

/** beanstalkd with a log that is synced before each answer, or every 50 ms, which is its default. */
export async function beanstalkd(syncMs: 0 | 50): Promise<Server> {
  const server = await startServer('beanstalkd', (port, folder) => [
    '-l',
    '127.0.0.1',
    '-p',
    String(port),
    '-b',
    folder,
    `-f${syncMs}`,
  ])
  return {
    async connect() {
      const socket = connect(server.port, '127.0.0.1').setNoDelay()
      await once(socket, 'connect')
      return connection(socket)
    },
    close: () => server.close(),
  }
}

type Answer = { readonly words: readonly string[]; readonly body: Uint8Array }

/** What its protocol needs, which answers in the order of the requests: `put`, `reserve`, `delete`. */
function connection(socket: Socket): Connection {
  const waiting: ((answer: Answer) => void)[] = []
  let rest: Buffer = Buffer.alloc(0)
  socket.on('data', (chunk: Buffer) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    for (let at = 0; ; ) {
      const end = rest.indexOf('\r\n', at)
      if (end === -1) {
        rest = rest.subarray(at)
        return
      }
      const words = rest.toString('latin1', at, end).split(' ')
      const length = words[0] === 'RESERVED' ? Number(words[2]) + 2 : 0
      if (end + 2 + length > rest.length) {
        rest = rest.subarray(at)
        return
      }
      const body = rest.subarray(end + 2, end + length)
      at = end + 2 + length
      waiting.shift()?.({ words, body })
    }
  })
  const ask = (request: Buffer): Promise<Answer> => {
    if (waiting.length === 0) process.nextTick(() => socket.uncork())
    if (waiting.length === 0) socket.cork()
    socket.write(request)
    return new Promise((resolve) => waiting.push(resolve))
  }
  const expect = async (asked: Promise<Answer>, word: string): Promise<Answer> => {
    const answer = await asked
    if (answer.words[0] !== word) throw new Error(`expected ${word}, got ${answer.words.join(' ')}`)
    return answer
  }
  const one = {
    send: (body: Uint8Array) =>
      expect(ask(Buffer.concat([Buffer.from(`put 0 0 60 ${body.length}\r\n`), body, CRLF])), 'INSERTED'),
    async receive(): Promise<Received> {
      const { words, body } = await expect(ask(RESERVE), 'RESERVED')
      return { body, ack: words[1] as string }
    },
    ack: ({ ack }: Received) => expect(ask(Buffer.from(`delete ${ack}\r\n`)), 'DELETED'),
  }
  return { ...one, ...together(one), close: () => socket.destroy() }
}

const CRLF = Buffer.from('\r\n')
const RESERVE = Buffer.from('reserve\r\n')
