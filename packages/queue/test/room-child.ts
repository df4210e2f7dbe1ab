/** Opens queues in a folder where no file may grow beyond what the shell allows, sends three messages and says what it finds again. */
import { openQueues } from '../src/index.ts'

process.on('SIGXFSZ', () => {}) // Then a write fails instead.
const path = process.argv[2] as string
const queues = await openQueues({ path })
await queues.create('jobs')
for (const body of ['one', 'two', 'three']) await queues.send('jobs', body)
await queues.close()
const again = await openQueues({ path })
const messages = await again.receive('jobs', { max: 9 })
await again.close()
process.stdout.write(JSON.stringify({ texts: messages.map((message) => message.text()), ...again.recovery }))
