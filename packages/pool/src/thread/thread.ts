import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads'
import { startTimer } from '@millrace/notify'
import type { PoolSettings } from '../options.ts'
import type { PoolTask } from '../task.ts'
import { pack } from './buffers.ts'
import { type Answer, type FromThread, post, type ThreadData } from './messages.ts'
import { packThrown, unpackThrown } from './thrown.ts'

/** How long a thread that runs no task may take to leave; only code it left behind can keep it. */
const EXIT_GRACE_MS = 1_000

/** What a thread is made of. */
export interface ThreadPlan {
  readonly worker: URL
  readonly module: URL
  readonly settings: PoolSettings
}

/** Told what happens to a thread, in this order: ready at most once, answers, gone once. */
export interface ThreadOwner {
  ready(thread: Thread): void
  /** The thread answered the task and is free. */
  answered(thread: Thread, run: Run, answer: Answer): void
  /** The task ran for its `runTimeoutMs`. */
  overdue(task: PoolTask): void
  gone(thread: Thread, death: Death): void
}

/** A task on a thread. */
export interface Run {
  readonly task: PoolTask
  /** Why the task is to end, once that is asked for. */
  cancelled: { readonly reason: unknown } | undefined
}

/** How a thread ended. */
export interface Death {
  readonly exitCode: number
  /** What it threw, or why it could not load; undefined if it left without a word. */
  readonly cause: unknown
  /** What it took with it. */
  readonly run: Run | undefined
  /** Whether the pool wanted it to end. */
  readonly wasAsked: boolean
}

/**
 * A worker thread, seen from the pool.
 *
 *     starting ── ready ──▶ free ◀── run, answer ──▶ busy
 *         └───────────────────┴──────────────────────┴──── exit ──▶ gone
 *
 * INVARIANT  `#run` is set from `run` until its answer or `gone`, and every answer is that of `#run`.
 * INVARIANT  what the thread posted before it died is heard before `gone`, and what it posted before a time was up is
 *            heard before anything is done about that, also if this side was too busy to hear it in time.
 * INVARIANT  one timer at most: the limit of the run, then the grace of the cancel, or the grace of the exit.
 */
export class Thread {
  /** Whether it has loaded the module. */
  isReady = false
  /** Whether the pool wants it to end, or it is gone. It gets no more tasks. */
  isEnding = false
  readonly #owner: ThreadOwner
  readonly #worker: Worker
  readonly #port: MessagePort
  #run: Run | undefined
  #cause: unknown
  #stopTimer: (() => void) | undefined
  #gone: (() => void) | undefined

  constructor({ worker, module, settings }: ThreadPlan, owner: ThreadOwner) {
    const { port1, port2 } = new MessageChannel()
    this.#owner = owner
    this.#port = port1
    this.#worker = new Worker(worker, {
      workerData: { port: port2, module: module.href } satisfies ThreadData,
      transferList: [port2],
      name: settings.name,
      ...flagsForThreads(),
      ...(settings.resourceLimits && { resourceLimits: settings.resourceLimits }),
    })
    port1.on('message', (message: FromThread) => this.#hear(message))
    // An answer that cannot be read never comes again: the task is lost with its thread.
    port1.on('messageerror', (error) => {
      this.#cause = error
      void this.#worker.terminate()
    })
    this.#worker.on('error', (error) => {
      this.#cause = error
    })
    this.#worker.on('exit', (exitCode) => this.#leave(exitCode))
    // The pool keeps the process alive while there is work; a thread never does.
    port1.unref()
    this.#worker.unref()
  }

  /** Starts a task on a free thread. Throws, and stays free, if the arguments cannot be sent. */
  run(task: PoolTask): void {
    const { call } = task
    const run: Run = { task, cancelled: undefined }
    this.#run = run
    try {
      const { values, buffers } = pack(call.args, call.transfer)
      post(this.#port, ['run', task.id, call.name, values, buffers], call.transfer)
    } catch (error) {
      this.#free()
      throw error
    }
    // A getter among the arguments may have cancelled the task; then the timer is that of the grace.
    if (run.cancelled === undefined) this.#startTimer(call.runTimeoutMs, run, () => this.#owner.overdue(task))
  }

  /** Tells its task to stop, and ends the thread if it does not within the grace. The first reason counts. */
  cancel(reason: unknown, graceMs: number): void {
    const run = this.#run
    if (run === undefined || run.cancelled !== undefined) return
    run.cancelled = { reason }
    this.#stopTimer?.()
    if (graceMs === 0) {
      this.kill()
      return
    }
    // Before the message: whatever becomes of that, the thread does not run on for ever.
    this.#startTimer(graceMs, run, () => this.kill())
    post(this.#port, [
      'cancel',
      run.task.id,
      packThrown(reason) ?? ['value', new DOMException('cancelled', 'AbortError')],
    ])
  }

  /** Ends the thread in the middle of whatever it does. */
  kill(): void {
    this.isEnding = true
    void this.#worker.terminate()
  }

  /** Ends a thread that runs nothing. It leaves by itself, which hands over what it printed; terminating it would not. */
  async close(): Promise<void> {
    this.isEnding = true
    const gone = new Promise<void>((resolve) => {
      this.#gone = resolve
    })
    this.#stopTimer = startTimer(EXIT_GRACE_MS, () => this.kill())
    if (this.isReady) post(this.#port, ['exit'])
    else this.kill()
    await gone
  }

  /** Hears at once what the thread has posted and this side was not free to hear. */
  hearAll(): void {
    for (let next = receiveMessageOnPort(this.#port); next !== undefined; next = receiveMessageOnPort(this.#port)) {
      this.#hear(next.message as FromThread)
    }
  }

  #startTimer(ms: number, run: Run, timeIsUp: () => void): void {
    this.#stopTimer = startTimer(ms, () => {
      this.hearAll()
      if (this.#run === run) timeIsUp()
    })
  }

  #hear(message: FromThread): void {
    if (message[0] === 'ready') {
      this.isReady = true
      this.#owner.ready(this)
    } else if (message[0] === 'unloadable') {
      this.#cause = unpackThrown(message[1])
    } else {
      const run = this.#run
      if (run?.task.id !== message[1]) throw new Error(`the thread answered task ${message[1]}, which it does not run`)
      this.#free()
      this.#owner.answered(this, run, message)
    }
  }

  #leave(exitCode: number): void {
    const wasAsked = this.isEnding
    this.isEnding = true
    this.hearAll()
    this.#port.close()
    const run = this.#run
    this.#free()
    this.#owner.gone(this, { exitCode, cause: this.#cause, run, wasAsked })
    this.#gone?.()
  }

  #free(): void {
    this.#run = undefined
    this.#stopTimer?.()
  }
}

/** Threads inherit the flags of the process; their entry is a file, which refuses the flag for code given as text. */
function flagsForThreads(): { execArgv?: string[]; env?: NodeJS.ProcessEnv } {
  const execArgv = process.execArgv.filter((flag) => !flag.startsWith('--input-type'))
  const given = process.env['NODE_OPTIONS'] ?? ''
  const options = given.replace(/--input-type[= ]\S+/g, '')
  return {
    ...(execArgv.length < process.execArgv.length && { execArgv }),
    ...(options !== given && { env: { ...process.env, NODE_OPTIONS: options } }),
  }
}
