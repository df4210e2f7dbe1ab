import type { Address, ConnectOptions, QueueClient } from './api.ts'
import { Client } from './client.ts'
import { Requests } from './requests.ts'
import { settingsOf, targetOf } from './settings.ts'
import { Standing } from './standing.ts'

/**
 * Connects to a server of queues: `millrace://host:port`, with TLS `millraces://host:port`, and with a token `millrace://token@host:port`.
 * Resolves when the server has let us in. From then on a lost connection is made again, for ever until `close`.
 *
 * Throws `TypeError` or `RangeError` for wrong options. Rejects with a `QueueError`: `unreachable` if nobody listens there, or does not answer in
 * time; `refused` if the token is wrong, or none is given where one is needed; `busy` if the server has too many connections; `protocol` if another
 * protocol is spoken there. With the reason of the signal if that aborts. It tries once: whoever starts together with the server tries again.
 *
 * @example
 * import { openQueues } from '@millrace/queue'
 * import { connectQueues } from '@millrace/queue-client'
 * import { createServer } from '@millrace/queue-server'
 *
 * const engine = await openQueues({ path: ':memory:' })
 * const server = createServer({ engine })
 * const { url } = await server.listen({ port: 0 })
 *
 * const queues = await connectQueues(url)
 * await queues.create('images')
 * await queues.send('images', 'cat.png')
 * const [message] = await queues.receive('images')
 * message?.text() // => 'cat.png'
 * await queues.ack(message?.lease ?? '') // => 'acked'
 *
 * await queues.close()
 * await server.close()
 * await engine.close()
 */
export async function connectQueues(where: string | URL | Address, options: ConnectOptions = {}): Promise<QueueClient> {
  const settings = settingsOf(options)
  const requests = new Requests(targetOf(where, options), settings, new Standing(options.onStateChange))
  await requests.start(options.signal)
  return new Client(requests)
}
