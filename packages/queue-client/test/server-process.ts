/** Runs in a process of its own: a server on the disk, that says where it is. */
import { openQueues } from '@millrace/queue'
import { createServer } from '@millrace/queue-server'

const [path = '', port = '0'] = process.argv.slice(2)
const engine = await openQueues({ path, sync: 'never' })
const server = createServer({ engine })
const { url } = await server.listen({ port: Number(port) })
process.stdout.write(url)
