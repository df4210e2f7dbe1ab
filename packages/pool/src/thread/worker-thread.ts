import { MessageChannel, type MessagePort, receiveMessageOnPort, type Worker } from 'node:worker_threads'
import { startTimer } from '@millrace/notify'
import type { ExportCall, PoolTask } from '../task.ts'
import type { Answered, Run, Thread, ThreadOwner, ThreadPlan } from './api.ts'
import { pack } from './buffers.ts'
import { ClaimWatch } from './claim-watch.ts'
import { Curtain } from './curtain.ts'
import { notExported } from './exports.ts'
import { IN_MESSAGE, IN_SLOT, Lane } from './lane.ts'
import { isMovable, LaneRuns } from './lane-runs.ts'
import { launch, limitLoad } from './launch.ts'
import { type Answer, type FromThread, LOOK, post, type ToThread } from './messages.ts'
import type { Paces } from './pace.ts'
import { PlainReader, PlainWriter } from './plain.ts'
import { packThrown, unpackThrown } from './thrown.ts'

/** How long a thread that runs no task may take to leave; only code it left behind can keep it. */
const EXIT_GRACE_MS = 1_000
/** How much a thread gets ahead, as long as all of it is short. */
const AHEAD_US = 500

/**
 * A worker thread, seen from the pool.
 *
 *     starting ── ready ──▶ free ◀── lend, answer ──▶ busy
 *         └───────────────────┴───────────────────────┴──── exit ──▶ gone
 *
 * INVARIANT  the oldest of `#runs` is the one that runs: it was told as started.
 * INVARIANT  what the thread answered before it died is heard before `gone`, and what it answered before a time was up is
 *            heard before anything is done about that, also if this side was too busy to hear it in time.
 * INVARIANT  one timer at most beside its watch: the limit of the load, the limit of the run, then the grace of the cancel, or the grace of the exit.
 */
export class WorkerThread implements Thread {
  isReady = false
  isEnding = false
  isFree = false
  isHeldUp = false
  isWatched = false
  readonly own: PoolTask[] = []
  readonly #owner: ThreadOwner
  readonly #paces: Paces
  readonly #worker: Worker
  readonly #port: MessagePort
  readonly #lane = new Lane()
  readonly #writer = new PlainWriter(this.#lane.bytes)
  readonly #reader = new PlainReader(this.#lane.bytes)
  readonly #runs = new LaneRuns()
  readonly #watch = new ClaimWatch(this.#lane, this.#runs, () => this.#endStuck())
  readonly #curtain: Curtain
  readonly #isNamed: boolean[] = []
  readonly #answers = new Map<number, Answer>()
  /** How many more tasks it is lent before it is worn. */
  #tasksLeft: number
  #isHeavy = false
  #isStuck = false
  #lookedAt: Run | undefined
  readonly #module: string
  #exports: readonly string[] = []
  #cause: unknown
  #stopTimer: (() => void) | undefined
  readonly #gone = Promise.withResolvers<void>()

  constructor({ worker, module, settings, paces }: ThreadPlan, owner: ThreadOwner) {
    const { port1, port2 } = new MessageChannel()
    this.#owner = owner
    this.#paces = paces
    this.#module = module.href
    this.#port = port1
    this.#curtain = new Curtain(this.#lane, this.#runs, port1)
    this.#tasksLeft = settings.maxTasks
    this.#worker = launch({ worker, module, settings, paces }, this.#lane, port2)
    port1.on('message', (message: FromThread) => {
      this.#hear(message)
      this.hearLane()
    })
    // An answer that cannot be read never comes again: the task is lost with its thread.
    port1.on('messageerror', (error) => {
      this.#cause = error
      void this.#worker.terminate()
    })
    this.#worker.on('error', (error) => {
      this.#cause = error
    })
    this.#worker.on('exit', (exitCode) => this.#leave(exitCode))
    this.#stopTimer = limitLoad(settings.loadTimeoutMs, (error) => {
      this.#cause ??= error
      void this.#worker.terminate()
    })
    // The pool keeps the process alive while there is work; a thread never does.
    port1.unref()
    this.#worker.unref()
    this.#lane.parkPool()
  }

  /** How many tasks it has, the one that runs included. */
  get length(): number {
    return this.#runs.length
  }

  /** How long the tasks it has will take, as far as is known. */
  get aheadUs(): number {
    return this.#runs.aheadUs
  }

  get isWorn(): boolean {
    return this.#isHeavy || this.#tasksLeft <= 0
  }

  get isFull(): boolean {
    return this.#runs.isFull
  }

  /** Whether it may be lent one more task: always if it has none, and some ahead that will not take long. */
  get hasRoom(): boolean {
    if (!this.isReady || this.isEnding || this.isWorn) return false
    if (this.length === 0) return true
    if (this.isHeldUp || this.isFull) return false
    return this.length === 1 || this.aheadUs < AHEAD_US
  }

  /** Why it cannot run the task: its module exports no such function. */
  missing({ name }: PoolTask): TypeError | undefined {
    return this.#exports.includes(name) ? undefined : notExported(name, this.#module, this.#exports)
  }

  /** Puts a task into the lane. Throws, and has not, if the arguments cannot be sent. */
  lend(task: PoolTask): void {
    const { call } = task
    const { args } = task.work as ExportCall
    const { tail: position } = this.#runs
    const lane = this.#lane
    const pace = this.#paces.of(task.name)
    if (this.#isNamed[pace.number] === undefined) {
      this.#isNamed[pace.number] = true
      post<ToThread>(this.#port, ['name', pace.number, task.name])
    }
    const isPlain =
      call.transfer === undefined &&
      call.sink === undefined &&
      this.#writer.writeAll(args, lane.payload(position), lane.payloadEnd(position))
    if (!isPlain) {
      const { values, buffers } = pack(args, call.transfer)
      post<ToThread>(this.#port, ['call', position, values, buffers, call.sink?.ahead ?? 0], call.transfer)
    }
    this.#runs.add(task, pace)
    this.#tasksLeft--
    lane.lend(position, task.id, pace.number, isPlain ? IN_SLOT : IN_MESSAGE)
    if (this.length === 1) this.#beginOldest()
    this.#curtain.lent(pace.us)
  }

  /** Takes a task back that has not started; false if it has. */
  takeBack(task: PoolTask): boolean {
    const run = this.#runs.of(task)
    return run !== undefined && this.#takeBack(run)
  }

  takeBackNext(): PoolTask | undefined {
    const ahead = this.#runs.all().slice(1)
    return ahead.find((run) => isMovable(run.task) && this.#takeBack(run))?.task
  }

  takeBackAhead(isMeant: (task: PoolTask) => boolean = isMovable): PoolTask[] {
    // The thread goes on meanwhile: from the last to the first, so that it does not start one behind those that were taken.
    const ahead = this.#runs.all().slice(1).reverse()
    const taken = ahead.filter((run) => isMeant(run.task) && this.#takeBack(run))
    return taken.reverse().map(({ task }) => task)
  }

  /** The task that runs, as far as was heard. */
  get running(): PoolTask | undefined {
    return this.#runs.oldest?.task
  }

  /** The tasks behind it, in order. */
  tasksAhead(): PoolTask[] {
    const ahead = this.#runs.all().filter(({ hasBegun }) => !hasBegun)
    return ahead.map(({ task }) => task)
  }

  /** Tells the running task to stop, and ends the thread if it does not within the grace. The first reason counts. */
  cancel(reason: unknown, graceMs: number): void {
    const run = this.#runs.oldest
    if (run === undefined || run.cancelled !== undefined) return
    run.cancelled = { reason }
    this.#stopTimer?.()
    if (graceMs === 0) {
      this.#killOver(run)
      return
    }
    // Before the message: whatever becomes of that, the thread does not run on for ever.
    this.#startTimer(graceMs, run, () => this.#killOver(run))
    const thrown = packThrown(reason) ?? ['value', new DOMException('cancelled', 'AbortError')]
    post<ToThread>(this.#port, ['cancel', run.position, thrown])
    this.#lane.cancel(run.position)
  }

  /** Tells the source of a stream that items were taken, or that no more are wanted. */
  tell(task: PoolTask, message: 'enough' | number): void {
    const position = this.#runs.of(task)?.position
    if (position === undefined) return
    post<ToThread>(this.#port, message === 'enough' ? ['enough', position] : ['took', position, message])
  }

  /** Ends the thread in the middle of whatever it does. */
  kill(): void {
    this.isEnding = true
    void this.#worker.terminate()
  }

  /**
   * Ends the thread because of one run, which it may have answered meanwhile; then it lives on. First nothing else can start
   * any more, and what started already is proof of an answer: so no other task is ended with the thread.
   */
  #killOver(run: Run): void {
    const unstarted = this.takeBackAhead(() => true)
    this.own.unshift(...unstarted.filter(({ call }) => call.isOwn))
    this.#owner.restored(unstarted.filter(({ call }) => !call.isOwn))
    this.hearLane()
    if (this.#runs.has(run)) this.kill()
  }

  /** Ends a thread that runs nothing. It leaves by itself, which hands over what it printed; terminating it would not. */
  async close(): Promise<void> {
    if (!this.isEnding) {
      this.isEnding = true
      this.#stopTimer?.()
      this.#stopTimer = startTimer(EXIT_GRACE_MS, () => this.kill())
      if (this.isReady) post<ToThread>(this.#port, ['exit'])
      else this.kill()
    }
    await this.#gone.promise
  }

  /** Hears at once what the thread has posted and this side was not free to hear. */
  hearAll(): void {
    this.#hearPort()
    this.hearLane()
  }

  /** Hears the answers in the lane; whether the oldest task is the same as when this was asked last. */
  look(): boolean {
    this.hearLane()
    const before = this.#lookedAt
    this.#lookedAt = this.#runs.oldest
    return before !== undefined && before === this.#lookedAt
  }

  /** Hears the answers in the lane. */
  hearLane(): void {
    let isAnyHeard = false
    while (this.#hearOldest()) isAnyHeard = true
    if (!this.isWatched) {
      // What is published from now on is told by a message; what was before is seen now.
      this.#lane.parkPool()
      while (this.#hearOldest()) isAnyHeard = true
    }
    if (isAnyHeard) this.#owner.heard(this)
  }

  #hearOldest(): boolean {
    const run = this.#runs.oldest
    const form = run === undefined ? 0 : this.#lane.answer(run.position)
    if (run === undefined || form === 0) return false
    const { position } = run
    let answer: Answered
    // Its items came before its answer, and as messages.
    if (run.task.call.sink !== undefined) this.#hearPort()
    if (form === IN_SLOT) answer = { value: this.#reader.read(this.#lane.payload(position)) }
    else {
      if (!this.#answers.has(position)) this.#hearPort()
      answer = { message: this.#answers.get(position) as Answer }
      this.#answers.delete(position)
    }
    run.pace.measured(this.#lane.runUs(position))
    this.#remove(run)
    this.#owner.answered(this, run, answer)
    this.#beginOldest()
    return true
  }

  #hearPort(): void {
    for (let next = receiveMessageOnPort(this.#port); next !== undefined; next = receiveMessageOnPort(this.#port)) {
      this.#hear(next.message as FromThread)
    }
  }

  #hear(message: FromThread): void {
    if (message === LOOK) return
    if (message[0] === 'ready') {
      this.#stopTimer?.()
      this.#stopTimer = undefined
      this.isReady = true
      this.#exports = message[1]
      this.#owner.ready(this)
    } else if (message[0] === 'worn') {
      this.#isHeavy = true
      this.#owner.heard(this)
    } else if (message[0] === 'unloadable') this.#cause = unpackThrown(message[1])
    else if (message[0] === 'items') {
      this.#runs.at(message[1])?.task.call.sink?.take(message[2], message[3])
    } else this.#answers.set(message[1], message)
  }

  #takeBack(run: Run): boolean {
    if (!this.#lane.takeBack(run.position)) return false
    this.#tasksLeft++
    this.#remove(run)
    this.#beginOldest()
    return true
  }

  /** Takes a run out of the lane. */
  #remove(run: Run): void {
    const isOldest = run === this.#runs.oldest
    this.#runs.remove(run)
    if (!isOldest) return
    this.#stopTimer?.()
    this.#stopTimer = undefined
    this.isHeldUp = false
  }

  #beginOldest(): void {
    const run = this.#runs.oldest
    if (run === undefined || run.hasBegun) return
    run.hasBegun = true
    const { task } = run
    this.#owner.started(this, task)
    this.#watch.begin()
    if (task.call.runTimeoutMs !== Number.POSITIVE_INFINITY) this.#limit(run)
  }

  #limit(run: Run): void {
    const { task, position } = run
    this.#startTimer(task.call.runTimeoutMs, run, () => {
      // Told as started as soon as it is next; if the thread is slow to take it, its time has not begun.
      if (this.#lane.hasStarted(position)) this.#owner.overdue(task)
      else this.#limit(run)
    })
  }

  /** What the thread has is run elsewhere; nothing of a task runs here. */
  #endStuck(): void {
    this.#isStuck = true
    this.isEnding = true
    this.#cause = new Error('code that one of its tasks left behind kept it from the next')
    void this.#worker.terminate()
  }

  #startTimer(ms: number, run: Run, timeIsUp: () => void): void {
    this.#stopTimer = startTimer(ms, () => {
      this.hearAll()
      if (this.#runs.has(run)) timeIsUp()
    })
  }

  #leave(exitCode: number): void {
    const wasAsked = this.isEnding && !this.#isStuck
    this.#watch.stop()
    this.isEnding = true
    this.hearAll()
    this.#port.close()
    this.#stopTimer?.()
    this.#owner.gone(this, { exitCode, cause: this.#cause, ...this.#runs.abandon(this.#lane), wasAsked })
    this.#gone.resolve()
  }
}
