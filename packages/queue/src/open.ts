import { show } from '@millrace/notify'
import type { Durability, QueueEngine } from './api.ts'
import { LocalEngine } from './engine/local-engine.ts'
import { type Clock, freshBeginning, LocalQueues } from './engine/local-queues.ts'
import { openFolder } from './journal/open-folder.ts'
import type { Recovery } from './journal/recovery.ts'
import { checkCount, checkMs, checkOptions } from './options.ts'

/** Where queues are, and what they go by. */
export interface OpenOptions {
  /** A folder, which is made if it is not there. One process at a time can have it open. `':memory:'`: nothing outlives the process. */
  readonly path: string
  /**
   * When a change is answered: `'always'` (if not given), when it is on the disk, which many share that are made at the same time; `{ everyMs }`,
   * when the operating system has it, and it is on the disk so much later at most; `'never'`, when the operating system has it, which writes it
   * when it likes. What it has outlives the process, but not a loss of power: any of it may be lost then. What was sent together is there as a whole
   * or not at all; a message that went to a dead-letter queue since, or came back from there, may be there without the others.
   */
  readonly sync?: 'always' | 'never' | { readonly everyMs: number } | undefined
  /** The log is in files of about this size; 64 MiB if not given. Disk is given back by the file. */
  readonly segmentBytes?: number | undefined
  /** So many bytes of bodies are kept in memory, 256 MiB if not given; others are read from the disk when they are received. */
  readonly memoryBytes?: number | undefined
  /** The clock of leases, delays and times to live, in milliseconds; that of the machine, which it leaves when that is put back, if not given. Timers go by real time all the same. */
  readonly clock?: Clock | undefined
}

/** Queues in this process. */
export interface OpenQueues extends QueueEngine {
  /** When a change is safe. */
  readonly durability: Durability
  /** What was found when they were opened: nothing, in memory. */
  readonly recovery: Recovery
}

/** Of a timer. */
const LONGEST_MS = 2 ** 31 - 1

const originMs = performance.timeOrigin
/** Milliseconds since 1970, that never go back. */
const machine: Clock = { now: () => originMs + performance.now() }

const NOTHING: Recovery = { messages: 0, tornBytes: 0, damages: [], durationMs: 0 }

/**
 * Opens queues in this process, on disk or in memory.
 *
 * Throws `TypeError` or `RangeError` for wrong options. Rejects with a `QueueError`: `locked` if another process has the folder open, `damaged` if
 * a file of it is missing or of another version. Otherwise all is there that was answered, but for what a damaged disk has lost: `recovery` tells.
 * Opening takes time with the length of the log: about a second for a million short messages.
 *
 * @example
 * import { openQueues } from '@millrace/queue'
 *
 * const queues = await openQueues({ path: ':memory:' })
 * await queues.create('images', { leaseMs: 60_000 })
 * await queues.send('images', 'cat.png')
 * const [message] = await queues.receive('images')
 * message?.text() // => 'cat.png'
 * await queues.ack(message?.lease ?? '') // => 'acked'
 * await queues.close()
 */
export async function openQueues(options: OpenOptions): Promise<OpenQueues> {
  check(options)
  const { path, sync = 'always', segmentBytes = 2 ** 26, memoryBytes = 2 ** 28, clock = machine } = options
  if (path !== ':memory:') {
    const { engine, recovery } = await openFolder(path, { durability: sync, segmentBytes, memoryBytes, clock })
    return Object.assign(engine, { recovery })
  }
  const beginning = freshBeginning()
  const engine = new LocalEngine(new LocalQueues(clock, beginning), beginning.journal)
  return Object.assign(engine, { recovery: NOTHING })
}

function check(options: OpenOptions): void {
  if (options === undefined) throw new TypeError('openQueues: expected an options object, got undefined')
  checkOptions('openQueues', options, ['path', 'sync', 'segmentBytes', 'memoryBytes', 'clock'])
  const { path, sync, segmentBytes, memoryBytes, clock } = options
  if (typeof path !== 'string' || path === '') {
    throw new TypeError(`openQueues: path: expected a folder or ":memory:", got ${show(path)}`)
  }
  if (typeof sync === 'object' && sync?.everyMs !== undefined) {
    checkOptions('openQueues: sync', sync, ['everyMs'])
    checkMs('openQueues: sync: everyMs', sync.everyMs, false)
    if (sync.everyMs > LONGEST_MS) {
      throw new RangeError(`openQueues: sync: everyMs: expected at most ${LONGEST_MS}, got ${sync.everyMs}`)
    }
  } else if (sync !== undefined && sync !== 'always' && sync !== 'never') {
    throw new TypeError(`openQueues: sync: expected "always", "never" or { everyMs }, got ${show(sync)}`)
  }
  checkCount('openQueues: segmentBytes', segmentBytes, 1)
  checkCount('openQueues: memoryBytes', memoryBytes, 0)
  if (clock !== undefined && typeof clock?.now !== 'function') {
    throw new TypeError(`openQueues: clock: expected an object with now(), got ${show(clock)}`)
  }
}
