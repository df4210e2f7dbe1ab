import { setTimeout as delay } from 'node:timers/promises'
import { signalled } from '@millrace/command'
import type { PriorityPool } from '@millrace/pool'
import type { PoolServer } from '../api.ts'

const STOP_MS = 1000

/**
 * Waits for a signal, then ends the pool and its server, and answers with the number of items that were left.
 *
 *     serving ── signal ──▶ closed, drained by whoever asks ── empty, or the grace is over ──▶ connections close ──▶ end
 *                              └──────────────── another signal ──▶ the process dies of it
 */
export async function endOf(
  pool: PriorityPool<NonNullable<unknown> | null>,
  server: PoolServer,
  graceMs: number,
): Promise<number> {
  await signalled()
  pool.close()
  await Promise.race([pool.whenClosed(), delay(graceMs, undefined, { ref: false })])
  await server.stop({ timeoutMs: STOP_MS })
  return pool.length
}
