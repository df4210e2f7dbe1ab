import type { Durability } from '../src/api.ts'
import { type QueueEngine, QueueError } from '../src/index.ts'
import { openDisk } from '../src/journal/open-folder.ts'
import { type Recovery, recover } from '../src/journal/recovery.ts'
import { segmentName } from '../src/log/segment.ts'
import { Facts, type Found } from './crash-facts.ts'
import { CrashKeys } from './crash-keys.ts'
import { type Memory, User } from './crash-user.ts'
import { diskError, FailingDisk } from './failing-disk.ts'
import { Random } from './random.ts'
import { HandClock } from './support.ts'

/** How an engine ends. */
type End = 'power loss' | 'kill' | 'close' | 'error'

/** What is to be the case in all lives of a folder. */
export interface LivesOptions {
  readonly seed: number
  readonly lives: number
  readonly ends: readonly End[]
  readonly durability: Exclude<Durability, 'memory'>
  /** Sectors that were not synced are lost in any order; else only those behind some place. */
  readonly reorders: boolean
  /** What the disk only says that it does. */
  readonly lie?: FailingDisk['lie']
}

/** Engines on the same disk, one after the other, each of which ends at some moment. Throws what promise was broken. Gives how much was answered. */
export async function live({ seed, lives, ends, durability, reorders, lie }: LivesOptions): Promise<number> {
  const random = new Random(seed)
  const clock = new HandClock()
  const facts = new Facts()
  facts.mayDouble = reorders
  facts.mayLose = durability !== 'always' && ends.includes('power loss')
  const memory: Memory = {
    facts,
    keys: new CrashKeys(),
    leases: [],
    there: new Map(),
    paused: new Map(),
    random,
    clock,
  }
  const options = {
    durability,
    segmentBytes: random.pick([1, 700, 4_096]),
    memoryBytes: random.pick([0, 300, 2 ** 28]),
    clock,
  } as const
  const isWhole = ends.every((end) => end === 'kill' || end === 'close')
  let disk = new FailingDisk(random, reorders)
  disk.lie = lie
  let answered = 0
  let found: Found[] = []
  for (let life = 0; life < lives; life++) {
    const end = random.pick(ends)
    if (end === 'error') disk.fails = sometimes(random)
    if (end === 'power loss' || end === 'kill') disk.fuse = random.between(1, random.pick([10, 60, 300]))
    const opening = openDisk(disk, 'disk', options)
    opening.catch(() => {})
    const opened = await Promise.race([opening.catch((error: unknown) => excuse(error, end === 'error')), disk.off])
    const user = opened && new User(opened.engine, memory)
    if (opened !== undefined && user !== undefined) {
      facts.learn(found)
      await use(opened.engine, user, disk, memory).catch((error: unknown) => {
        if (!disk.isOff) excuse(error, end === 'error')
      })
      if (end === 'close') await opened.engine.close()
      answered += user.answered
      user.isOver = true
      for (const fault of user.faults) throw fault
    }
    memory.keys.crashed(facts.mayLose)
    if (facts.mayLose) for (const states of [memory.there, memory.paused]) states.clear()
    const next = end === 'power loss' || end === 'error' ? disk.afterPowerLoss() : disk.afterKill()
    disk.turnOff() // What the last engine does still is not seen.
    disk = next
    const { recovery, all } = await everything(disk.afterKill())
    found = all
    facts.check(found, clock.nowMs)
    if (isWhole && recovery.damages.length > 0) throw new Error(`damaged: ${JSON.stringify(recovery.damages)}`)
  }
  return answered
}

/** A disk that failed is the reason of what could not be done. */
function excuse(error: unknown, hasFailed: boolean): undefined {
  if (!hasFailed || !(error instanceof QueueError) || !/^(read-only|damaged)$/.test(error.code)) throw error
}

/** Fails once, at some moment, whatever is done then. */
function sometimes(random: Random): FailingDisk['fails'] {
  let left = random.between(1, 200)
  return (call) => (call === 'open' || call === 'read' || --left !== 0 ? undefined : diskError('EIO', call))
}

/** Does this and that, until the power goes or it is enough. */
async function use(queues: QueueEngine, user: User, disk: FailingDisk, memory: Memory): Promise<void> {
  const { random } = memory
  await check(queues, memory)
  user.createAll()
  await Promise.race([user.settled(), disk.off])
  const steps = random.between(1, 120)
  for (let step = 0; step < steps && !disk.isOff; step++) {
    await user.act()
    const pause = random.between(0, 9)
    if (pause < 3) await Promise.race([user.settled(), disk.off])
    else if (pause < 6) await new Promise(setImmediate)
  }
}

/** What a queue that is opened tells, against what is known. */
async function check(queues: QueueEngine, memory: Memory): Promise<void> {
  const names = await queues.list()
  for (const [name, isThere] of memory.there) {
    if (isThere !== undefined && names.includes(name) !== isThere)
      throw new Error(`${name}: expected it ${isThere ? 'there' : 'gone'}`)
    memory.there.set(name, names.includes(name))
  }
  for (const name of names) {
    const { isPaused } = await queues.stats(name)
    const wanted = memory.paused.get(name)
    if (wanted !== undefined && isPaused !== wanted) throw new Error(`${name}: expected isPaused ${wanted}`)
    memory.facts.checkOrder(
      name,
      (await queues.peek(name, { max: 9_999 })).map((message) => message.text()),
    )
  }
  for (const [key, id] of memory.keys.certain(memory.clock.nowMs)) {
    const got = await queues.send('c', 'again', { dedupKey: key })
    if (got !== id) throw new Error(`${key}: expected the id ${id}, got ${got}`)
  }
}

/** All messages on a disk, in whichever state. */
async function everything(disk: FailingDisk): Promise<{ all: Found[]; recovery: Recovery }> {
  const { replay, ...recovery } = await recover(disk, 'disk')
  const all = replay.queues.flatMap(({ identity, state }) =>
    [...state.messages].map(({ segment, offset, length }) => {
      const body = disk.bytes(segmentName(segment)).toString('utf8', offset, offset + length)
      return { body, queue: identity.name }
    }),
  )
  return { all, recovery }
}
