/** The program: `server [path] [port]`. One server; in memory, at port 7411, if not told otherwise. */
import { serveUntilSignal } from './serve.ts'

const [path = ':memory:', port = '7411'] = process.argv.slice(2)

await serveUntilSignal(path, Number(port), 1)
