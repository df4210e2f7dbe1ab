import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { openQueues, type QueueEngine } from '@millrace/queue'
import { LostValuesError } from '../child.ts'
import type { Figures, Prepared } from '../trial.ts'

const BODY = new Uint8Array(100).fill(7)

/** Life cycles in this process, so many at once, each change on the disk before it is answered. */
export function embedded(together: number, forMs: number): Promise<Prepared> {
  return cycles(forMs, async (queues) => {
    await Promise.all(Array.from({ length: together }, () => queues.send('bench', BODY)))
    const messages = await queues.receive('bench', { max: together })
    await Promise.all(messages.map(({ lease }) => queues.ack(lease)))
    return messages.length
  })
}

/** The same, so many by one call, as a transaction of SQLite has them. */
export function embeddedMany(together: number, forMs: number): Promise<Prepared> {
  const all = new Array<{ body: Uint8Array }>(together).fill({ body: BODY })
  return cycles(forMs, async (queues) => {
    await queues.sendMany('bench', all)
    const messages = await queues.receive('bench', { max: together })
    await queues.ackMany(messages.map(({ lease }) => lease))
    return messages.length
  })
}

async function cycles(forMs: number, cycle: (queues: QueueEngine) => Promise<number>): Promise<Prepared> {
  const folder = mkdtempSync(join(tmpdir(), 'queue-bench-'))
  const queues = await openQueues({ path: folder })
  await queues.create('bench')
  const run = () => cycle(queues)
  return {
    run: () => timed(run, forMs),
    async close() {
      await queues.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/**
 * The same with SQLite, `synchronous = FULL`: a transaction to send, one to lease, one to acknowledge, each with so many messages.
 */
export function sqlite(together: number, forMs: number): Prepared {
  const folder = mkdtempSync(join(tmpdir(), 'queue-bench-'))
  const db = new DatabaseSync(join(folder, 'queue.db'))
  db.exec('pragma journal_mode = wal; pragma synchronous = full')
  db.exec('create table message (id integer primary key, body blob, due real, deliveries integer default 0)')
  db.exec('create index ready on message (due, id)')
  const insert = db.prepare('insert into message (body, due) values (?, 0)')
  const lease = db.prepare(
    `update message set due = ?, deliveries = deliveries + 1
     where id in (select id from message where due <= ? order by due, id limit ?) returning id, body, deliveries`,
  )
  const remove = db.prepare('delete from message where id = ? and deliveries = ?')
  const transaction = <T>(work: () => T): T => {
    db.exec('begin immediate')
    const result = work()
    db.exec('commit')
    return result
  }
  const run = async (): Promise<number> => {
    transaction(() => {
      for (let count = 0; count < together; count++) insert.run(BODY)
    })
    const now = Date.now()
    const leased = transaction(() => lease.all(now + 30_000, now, together))
    transaction(() => {
      for (const { id, deliveries } of leased) remove.run(id as number, deliveries as number)
    })
    return leased.length
  }
  return {
    run: () => timed(run, forMs),
    close() {
      db.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function timed(run: () => Promise<number>, forMs: number): Promise<Figures> {
  const began = performance.now()
  let cycles = 0
  while (performance.now() < began + forMs) {
    const count = await run()
    if (count === 0) throw new LostValuesError('what was sent was not received')
    cycles += count
  }
  return { rate: cycles / ((performance.now() - began) / 1_000) }
}
