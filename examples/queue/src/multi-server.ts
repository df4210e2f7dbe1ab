/**
 * The program: `multi-server [path] [port]`. Four servers of the same queues, at four ports: what is sent to one can be received from another,
 * and acknowledged by a third.
 */
import { serveUntilSignal } from './serve.ts'

const SERVERS = 4
const [path = ':memory:', port = '7411'] = process.argv.slice(2)

await serveUntilSignal(path, Number(port), SERVERS)
