import { HandClock } from '../../../tooling/testing/waiting.ts'
import { type OpenQueues, openQueues } from '../src/index.ts'

export { HandClock, rejection } from '../../../tooling/testing/waiting.ts'

/** Resolves when everything that is ready has run. */
export async function quiet(): Promise<void> {
  for (let turns = 0; turns < 3; turns++) await new Promise((resolve) => setImmediate(resolve))
}

/** An engine in memory whose clock is wound by hand. */
export async function opened(): Promise<{ queues: OpenQueues; clock: HandClock }> {
  const clock = new HandClock()
  return { queues: await openQueues({ path: ':memory:', clock }), clock }
}

export const texts = (messages: readonly { text(): string }[]): string[] => messages.map((message) => message.text())

/** Receives without waiting. */
export const now = { timeoutMs: 0 } as const
