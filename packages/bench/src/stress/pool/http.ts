import { Client } from 'undici'
import { poolProcess } from '../../http/servers.ts'
import type { Item } from './items.ts'
import { DrainError, type Ground, type Subject, SubmitError } from './subject.ts'

const HEADERS = { 'content-type': 'application/json' }
/** Who waits as long as it takes asks again and again. */
const LONG_MS = 1000

/** A pool behind HTTP, over a connection of its own. */
class HttpSubject implements Subject {
  readonly #client: Client

  constructor(client: Client) {
    this.#client = client
  }

  submit(item: Item, timeoutMs: number | undefined): Promise<void> {
    return this.#submit([item], timeoutMs)
  }

  submitMany(items: readonly Item[], timeoutMs: number | undefined): Promise<void> {
    return this.#submit(items, timeoutMs)
  }

  async drain(count: number, timeoutMs: number): Promise<Item[]> {
    try {
      const path = `/drain/${count}/${Math.ceil(timeoutMs)}`
      const { statusCode, body } = await this.#client.request({ method: 'GET', path })
      const text = await body.text()
      if (statusCode !== 200) throw new Error(`${statusCode} ${text}`)
      return (JSON.parse(text) as { item: Item }[]).map(({ item }) => item)
    } catch (error) {
      throw new DrainError(String(error), { cause: error })
    }
  }

  async #submit(items: readonly Item[], timeoutMs: number | undefined): Promise<void> {
    let accepted = 0
    while (accepted < items.length) {
      const { code, submitted } = await this.#ask(items.slice(accepted), timeoutMs ?? LONG_MS, accepted)
      accepted += submitted
      if (code === 'closed' || (code === 'full' && timeoutMs !== undefined)) throw new SubmitError(code, accepted)
    }
  }

  async #ask(items: readonly Item[], timeoutMs: number, accepted: number): Promise<Answer> {
    try {
      const path = `/submit/${Math.ceil(timeoutMs)}`
      const { statusCode, body } = await this.#client.request({
        method: 'POST',
        path,
        headers: HEADERS,
        body: items.length === 1 ? entryOf(items[0] as Item) : `[${items.map(entryOf).join(',')}]`,
      })
      const answer = (await body.json()) as Answer
      if (statusCode === 200 || answer.code === 'full' || answer.code === 'closed') return answer
      throw new Error(`${statusCode} ${JSON.stringify(answer)}`)
    } catch (error) {
      throw new SubmitError('doubtful', accepted, { cause: error })
    }
  }
}

interface Answer {
  readonly code?: string
  readonly submitted: number
}

function entryOf(item: Item): string {
  return `{"priority":${item.priority},"item":${JSON.stringify(item)}}`
}

/** Starts the command `millrace-pool` in a process of its own; whoever drives it has a connection of its own. */
export async function openHttp(capacity: number, port: number): Promise<Ground> {
  const server = await poolProcess(capacity, port)
  const clients: Client[] = []
  return {
    subject() {
      const client = new Client(server.url, { pipelining: 1, headersTimeout: 0, bodyTimeout: 0 })
      clients.push(client)
      return new HttpSubject(client)
    },
    async close() {
      await Promise.all(clients.map((client) => client.close()))
      await server.close()
    },
  }
}
