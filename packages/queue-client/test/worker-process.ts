/** Runs in a process of its own: a worker that has received a message, says its lease, and does not come to an end. */
import { connectQueues } from '../src/index.ts'

const [url = ''] = process.argv.slice(2)
const queues = await connectQueues(url)
const [message] = await queues.receive('a')
process.stdout.write(message?.lease ?? '')
setInterval(() => {}, 1_000)
