import { setImmediate as turn } from 'node:timers/promises'

/** The errors that nobody caught while something was done, and in the turn after it. */
export async function uncaught(act: () => unknown): Promise<unknown[]> {
  const others = process.listeners('uncaughtException')
  const errors: unknown[] = []
  process.removeAllListeners('uncaughtException')
  process.on('uncaughtException', (error) => errors.push(error))
  await act()
  await turn()
  process.removeAllListeners('uncaughtException')
  for (const listener of others) process.on('uncaughtException', listener)
  return errors
}
