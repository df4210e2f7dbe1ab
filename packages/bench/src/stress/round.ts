import { setTimeout as delay, setImmediate as turn } from 'node:timers/promises'
import type { Arena } from '@millrace/atomics'
import type { ChannelStats, Value } from '@millrace/channel'
import { type SharedChannelOptions, type SharedReceiver, type SharedSender, sharedChannel } from '@millrace/mpmc/shared'
import { type Random, random } from '../random.ts'
import type { Crew, Hand } from './crew.ts'
import { type Audit, type Ledger, MOST_THREADS } from './ledger.ts'
import { payloadOf } from './payload.ts'
import type { Plan } from './plan.ts'
import { RECEIVING_WAYS, receiveAll } from './receiving.ts'
import { SENDING_WAYS, sendAll } from './sending.ts'
import type { Job } from './stress.worker.ts'

type Side = Job['side']

/** How long nothing may happen, in milliseconds, before the channel counts as wedged. */
const PATIENCE_MS = 15_000
const LONGEST_PAUSE_MS = 12
const LONGEST_SPIN_MS = 0.2

/** What a round came to. */
export interface Outcome extends Audit {
  /** Deaths by what the thread was about to do last. */
  readonly kills: Record<string, number>
  /** The most that killed consumers may have had in hand. */
  readonly inHand: number
  /** What lay in channels whose last receiver died. */
  readonly left: number
  readonly wedged: boolean
  /** What should not be, in words. */
  readonly faults: readonly string[]
}

/** Plays a round: threads send and receive and are killed, the channel ends, the books are compared. */
export function play(plan: Plan, arena: Arena, crew: Crew, ledger: Ledger): Promise<Outcome> {
  ledger.clear()
  return new Round(plan, arena, crew, ledger).play()
}

class Round {
  readonly #plan: Plan
  readonly #crew: Crew
  readonly #ledger: Ledger
  readonly #random: Random
  readonly #sender: SharedSender<Value>
  readonly #receiver: SharedReceiver<Value>
  readonly #job: Pick<Job, 'form' | 'handle' | 'books'>
  readonly #hands = new Set<Hand>()
  readonly #started: Record<Side, number> = { producer: 1, consumer: 1 } // 0 is the main thread.
  readonly #kills: Record<string, number> = {}
  readonly #faults: string[] = []
  readonly #own: Promise<void>[] = []
  #isRunning = true
  #inHand = 0
  #left = 0
  #ended = 0

  constructor(plan: Plan, arena: Arena, crew: Crew, ledger: Ledger) {
    this.#plan = plan
    this.#crew = crew
    this.#ledger = ledger
    this.#random = random(plan.seed + 1)
    const { form, capacity } = plan
    const options = { capacity, codec: payloadOf(form).codec, arena } as SharedChannelOptions<Value>
    const { sender, receiver, handle } = sharedChannel(options)
    this.#sender = sender
    this.#receiver = receiver
    this.#job = { form, handle, books: { memory: ledger.memory, base: ledger.base } }
  }

  async play(): Promise<Outcome> {
    const { producers, consumers, main } = this.#plan
    for (let i = 0; i < producers; i++) this.#start('producer')
    for (let i = 0; i < consumers; i++) this.#start('consumer')
    if (main === 'sends') this.#own.push(this.#send())
    if (main === 'receives') this.#own.push(this.#receive(this.#receiver.clone()))
    let wedged = !(await this.#happens(this.#kill()))
    wedged ||= !(await this.#happens(this.#goesOn()))
    this.#isRunning = false
    wedged ||= !(await this.#happens(this.#end()))
    if (wedged) await this.#giveUp()
    this.#sender[Symbol.dispose]()
    this.#receiver[Symbol.dispose]()
    const audit = this.#ledger.audit()
    const { missing, twice, overtaken, torn, unsent } = audit
    if (missing > this.#inHand + this.#left)
      this.#faults.push(`${missing} values missing: ${this.#inHand} at most were in hand, ${this.#left} are left`)
    if (twice + overtaken + torn + unsent > 0) {
      this.#faults.push(`${twice} values twice, ${overtaken} overtaken, ${torn} torn, ${unsent} never sent`)
    }
    return { ...audit, kills: this.#kills, inHand: this.#inHand, left: this.#left, wedged, faults: this.#faults }
  }

  #start(side: Side): void {
    const index = this.#started[side]
    if (index === MOST_THREADS) return
    this.#started[side] = index + 1
    const hand = this.#crew.start({ ...this.#job, side, index, seed: this.#plan.seed + 97 * this.#ended + index })
    this.#hands.add(hand)
    hand.end.then(
      (how) => this.#leave(hand, how),
      (error) => this.#leave(hand, error),
    )
  }

  #leave(hand: Hand, how: unknown): void {
    const { side, index } = hand.job
    this.#hands.delete(hand)
    this.#ended++
    if (how === 'killed') {
      const doing = (side === 'producer' ? SENDING_WAYS : RECEIVING_WAYS)[this.#ledger.doing(side, index)] as string
      this.#kills[doing] = (this.#kills[doing] ?? 0) + 1
      if (side === 'consumer') this.#inHand += this.#ledger.asking(index)
    } else if (how !== 'done') this.#faults.push(`a ${side} failed: ${how instanceof Error ? how.stack : String(how)}`)
    if (this.#isRunning) this.#start(side)
  }

  /** Kills one thread after the other, at moments that are nobody's plan. */
  async #kill(): Promise<void> {
    const { kills } = this.#plan
    for (let i = 0; i < kills; i++) {
      await this.#pause()
      const targets = await this.#targets()
      if (targets.length > 0) await this.#killOne(this.#random.of(targets))
    }
  }

  /** Whom to kill next: mostly those who have begun, now and then also those who still start. */
  async #targets(): Promise<Hand[]> {
    const { victims } = this.#plan
    const isPicky = this.#random.chance() < 0.95
    for (;;) {
      const all = [...this.#hands].filter(({ job }) => victims === 'both' || victims === `${job.side}s`)
      const begun = all.filter(({ job }) => this.#ledger.doing(job.side, job.index) > 0)
      if (begun.length > 0) return begun
      if (!isPicky || all.length === 0) return all
      await delay(1)
    }
  }

  async #killOne(hand: Hand): Promise<void> {
    hand.kill()
    // Now and then the next dies before anybody knows of this death.
    if (this.#random.chance() < 0.7) await hand.end.catch(() => {})
  }

  async #pause(): Promise<void> {
    if (this.#random.chance() < 0.5) await delay(this.#random.below(LONGEST_PAUSE_MS + 1))
    else await turn()
    const until = performance.now() + this.#random.chance() * LONGEST_SPIN_MS
    while (performance.now() < until);
  }

  /** Resolves when another value was received, which says that the dead wedged nobody. */
  async #goesOn(): Promise<void> {
    const before = this.#ledger.received
    while (this.#ledger.received === before) await delay(1)
  }

  /** Ends the channel, kills some of those it ends for, and waits for the others. */
  async #end(): Promise<void> {
    this.#close()
    if (this.#plan.victims === 'both' && this.#random.chance() < 0.5) {
      await this.#pause()
      for (const hand of [...this.#hands]) if (this.#random.chance() < 0.3) hand.kill()
    }
    await this.#gone('consumer')
    const isRefusing = this.#plan.ending === 'consumers die'
    if (!isRefusing) await this.#receive(this.#receiver.clone(), MOST_THREADS - 1)
    await this.#gone('producer')
    await Promise.all(this.#own)
    const stats = (isRefusing ? this.#sender : this.#receiver).stats()
    if (isRefusing) this.#left = stats.length
    this.#compare(stats, isRefusing)
  }

  #close(): void {
    const { ending } = this.#plan
    if (ending === 'receiver closes') this.#receiver.close()
    else if (ending === 'sender closes') this.#sender.close()
    else if (ending === 'consumers die') {
      this.#receiver[Symbol.dispose]()
      for (const { job, kill } of [...this.#hands]) if (job.side === 'consumer') kill()
    } else {
      this.#ledger.stop()
      this.#sender[Symbol.dispose]()
      if (ending === 'producers die') for (const { job, kill } of [...this.#hands]) if (job.side === 'producer') kill()
    }
  }

  /** Whatever died, only the main thread's own ends are counted now. */
  #compare({ senders, receivers, reserved, length }: ChannelStats, isRefusing: boolean): void {
    const { ending } = this.#plan
    const own = ending === 'producers stop' || ending === 'producers die' ? 0 : 1
    const expected = isRefusing ? [1, 0, 0] : [own, 1, 0]
    if (String([senders, receivers, reserved]) !== String(expected))
      this.#faults.push(`${senders} senders, ${receivers} receivers, ${reserved} permits are left, not ${expected}`)
    if (!isRefusing && length !== 0) this.#faults.push(`${length} values are left`)
  }

  async #gone(side: Side): Promise<void> {
    for (const { job, end } of [...this.#hands]) if (job.side === side) await end.catch(() => {})
  }

  async #send(): Promise<void> {
    const sender = this.#sender.clone() as SharedSender<Value>
    await sendAll({ sender, ...this.#common(0) })
    sender[Symbol.dispose]()
  }

  async #receive(receiver: SharedReceiver<Value>, index = 0): Promise<void> {
    await receiveAll({ receiver, ...this.#common(index) })
    receiver[Symbol.dispose]()
  }

  #common(index: number) {
    const { seed, form } = this.#plan
    return { payload: payloadOf(form), ledger: this.#ledger, index, random: random(seed + 2 + index), awaits: true }
  }

  /** Whether this comes to an end, for as long as anything at all happens. */
  async #happens(work: Promise<void>): Promise<boolean> {
    let isOver = false
    const over = work.then(() => {
      isOver = true
    })
    let [seen, since] = [-1, performance.now()]
    while (!isOver) {
      await Promise.race([over, delay(100)])
      const now = this.#ledger.received + this.#ended
      if (now !== seen) [seen, since] = [now, performance.now()]
      else if (performance.now() - since > PATIENCE_MS) return false
    }
    return true
  }

  async #giveUp(): Promise<void> {
    this.#faults.push(`wedged: ${JSON.stringify(this.#sender.stats())}, ${this.#hands.size} threads are left`)
    this.#isRunning = false
    this.#sender.close()
    this.#receiver.close()
    for (const hand of [...this.#hands]) hand.kill()
    await Promise.all([...this.#hands].map(({ end }) => end.catch(() => {})))
  }
}
