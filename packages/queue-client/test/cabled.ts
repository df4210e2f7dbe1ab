import type { ConnectOptions, QueueClient } from '../src/index.ts'
import { Cable } from './cable.ts'
import { connected, type Served, serve, until } from './support.ts'

/** A server, and a client of it with a queue `a`, between whom there is a cable. */
export interface Cabled extends Served {
  readonly cable: Cable
  readonly client: QueueClient
}

/** A client whose cable can be cut. */
export async function cabled(options: ConnectOptions = {}): Promise<Cabled> {
  const served = await serve()
  const cable = await Cable.to(served.at.port)
  const client = await connected(cable, options)
  await client.create('a')
  return { ...served, cable, client }
}

/** The server hears what is asked, and its answers do not arrive; then the connection is cut. */
export async function unanswered(cable: Cable, arrived: () => boolean | Promise<boolean>): Promise<void> {
  cable.stalls = 'down'
  await until(arrived)
  cable.stalls = 'none'
  cable.cut()
}

/** Resolves when a client has been connected so often. */
export function back(client: QueueClient, connections = 2): Promise<void> {
  return until(() => client.connections >= connections)
}
