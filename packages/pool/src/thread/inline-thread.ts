import { AsyncLocalStorage } from 'node:async_hooks'
import { startTimer } from '@millrace/notify'
import type { ExportCall, PoolTask } from '../task.ts'
import type { SetupCall } from '../thread-api.ts'
import { isMoved } from './answers.ts'
import type { Run, Thread, ThreadOwner, ThreadPlan } from './api.ts'
import { pack, unpack } from './buffers.ts'
import { inlineContexts, type TaskContext } from './context.ts'
import { Exports } from './exports.ts'
import { ItemSource, noItems } from './item-source.ts'
import { limitLoad } from './launch.ts'
import type { Answer } from './messages.ts'
import { RunningTask } from './running-task.ts'
import { packThrown, textOf } from './thrown.ts'

/**
 * The calling thread in the place of a worker thread: the same calls, clones and answers, and nothing beside it.
 *
 * INVARIANT  one task at a time, begun in a turn of the event loop of its own, so that timers and sockets have theirs.
 * INVARIANT  a task is told to stop and never stopped: it ends when it ends.
 */
export class InlineThread implements Thread {
  isReady = false
  isEnding = false
  readonly isWorn = false
  isFree = false
  isHeldUp = false
  isWatched = false
  readonly own: PoolTask[] = []
  readonly #owner: ThreadOwner
  #exports: Exports | undefined
  #run: Pick<Run, 'task' | 'cancelled'> | undefined
  #context: RunningTask | undefined
  #start: ReturnType<typeof setImmediate> | undefined
  #stopTimer: (() => void) | undefined

  constructor(plan: ThreadPlan, owner: ThreadOwner) {
    this.#owner = owner
    void this.#load(plan)
  }

  get length(): number {
    return this.#run === undefined ? 0 : 1
  }

  get aheadUs(): number {
    return 0
  }

  get hasRoom(): boolean {
    return this.isReady && !this.isEnding && this.#run === undefined
  }

  get isFull(): boolean {
    return this.#run !== undefined
  }

  get running(): PoolTask | undefined {
    return this.#run?.task
  }

  missing({ name }: PoolTask): unknown {
    try {
      this.#exports?.find(name)
      return undefined
    } catch (error) {
      return error
    }
  }

  lend(task: PoolTask): void {
    const { args } = task.work as ExportCall
    const { transfer } = task.call
    const { values, buffers } = pack(args, transfer)
    const own = unpack(structuredClone(values, { transfer: (transfer ?? []) as ArrayBuffer[] }), buffers)
    const run = { task, cancelled: undefined }
    this.#run = run
    this.#owner.started(this, task)
    this.#start = setImmediate(() => {
      this.#start = undefined
      void this.#runTask(run, own)
    })
  }

  takeBack(task: PoolTask): boolean {
    if (this.#run?.task !== task || this.#start === undefined) return false
    clearImmediate(this.#start)
    this.#start = undefined
    this.#run = undefined
    return true
  }

  takeBackNext(): undefined {}

  takeBackAhead(): PoolTask[] {
    return []
  }

  tasksAhead(): PoolTask[] {
    return []
  }

  cancel(reason: unknown): void {
    const run = this.#run
    if (run === undefined || run.cancelled !== undefined) return
    run.cancelled = { reason }
    this.#stopTimer?.()
    this.#context?.abort(reason)
  }

  tell(task: PoolTask, message: 'enough' | number): void {
    if (task !== this.running) return
    if (message === 'enough') this.#context?.enough()
    else this.#context?.took(message)
  }

  async close(): Promise<void> {
    this.isEnding = true
    this.#owner.gone(this, { exitCode: 0, cause: undefined, run: undefined, unstarted: [], lost: [], wasAsked: true })
  }

  hearAll(): void {}

  hearLane(): void {}

  look(): boolean {
    return false
  }

  async #load({ module, settings }: ThreadPlan): Promise<void> {
    try {
      this.#exports = await within(settings.loadTimeoutMs, loaded(module, settings.setup))
    } catch (cause) {
      const wasAsked = this.isEnding
      this.isEnding = true
      if (!wasAsked) this.#owner.gone(this, { exitCode: 1, cause, run: undefined, unstarted: [], lost: [], wasAsked })
      return
    }
    if (this.isEnding) return
    this.isReady = true
    this.#owner.ready(this)
  }

  async #runTask(run: Pick<Run, 'task' | 'cancelled'>, args: readonly unknown[]): Promise<void> {
    const { id, name } = run.task
    const context = new RunningTask(id, name, () => {})
    this.#context = context
    this.#startTimer(run)
    const answer = await contexts().run(context, () => this.#answer(run.task, args, context))
    context.end()
    this.#stopTimer?.()
    this.#context = undefined
    this.#run = undefined
    this.#owner.answered(this, run, { message: answer })
    this.#owner.heard(this)
  }

  #startTimer(run: Pick<Run, 'task'>): void {
    const { runTimeoutMs } = run.task.call
    this.#stopTimer = undefined
    if (runTimeoutMs === Number.POSITIVE_INFINITY) return
    this.#stopTimer = startTimer(runTimeoutMs, () => this.#owner.overdue(run.task))
  }

  async #answer({ id, name, call }: PoolTask, args: readonly unknown[], context: RunningTask): Promise<Answer> {
    try {
      const result: unknown = await this.#exports?.find(name)(...args)
      const { sink } = call
      if (sink === undefined) return cloned(id, result)
      const items = typeof result === 'object' && result !== null ? ItemSource.of(result) : undefined
      if (items === undefined) throw noItems(name)
      let refused: Answer | undefined
      const source = new ItemSource(items, sink.ahead, (item) => {
        const answer = cloned(id, item, 'item')
        if (answer[0] === 'done') sink.take(answer[2], answer[3])
        else refused = answer
        return refused === undefined
      })
      context.feed(source)
      await source.run()
      return refused ?? ['done', id, [undefined], undefined]
    } catch (error) {
      const thrown = packThrown(error)
      if (thrown !== undefined) return ['threw', id, thrown]
      return uncloneable(id, 'thrown value', new TypeError('it has no clone, and is no error that can be read'))
    }
  }
}

async function loaded(module: URL, setup: SetupCall | undefined): Promise<Exports> {
  const exports = new Exports(module.href, await import(module.href))
  if (setup !== undefined) await exports.find(setup.name)(...structuredClone(setup.args ?? []))
  return exports
}

async function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>()
  const cancel = limitLoad(ms, late.reject)
  try {
    return await Promise.race([promise, late.promise])
  } finally {
    cancel()
  }
}

function cloned(id: number, result: unknown, what: 'result' | 'item' = 'result'): Answer {
  try {
    const { value, transfer } = isMoved(result) ? result : { value: result, transfer: [] }
    const { values, buffers } = pack([value] as const, transfer)
    return ['done', id, structuredClone(values, { transfer: transfer as ArrayBuffer[] }), buffers]
  } catch (error) {
    return uncloneable(id, what, error)
  }
}

function uncloneable(id: number, what: 'result' | 'item' | 'thrown value', error: unknown): Answer {
  return ['uncloneable', id, what, packThrown(error) ?? ['value', textOf(error)]]
}

/** One for all pools of a thread, also for those of another copy of this module. */
function contexts(): AsyncLocalStorage<TaskContext> {
  let found = Reflect.get(globalThis, inlineContexts) as AsyncLocalStorage<TaskContext> | undefined
  if (found === undefined) {
    found = new AsyncLocalStorage<TaskContext>()
    Reflect.set(globalThis, inlineContexts, found)
  }
  return found
}
