import type { PoolTask } from '../task.ts'
import type { Answer } from './messages.ts'
import type { PoolSettings } from './options.ts'
import type { Pace, Paces } from './pace.ts'

/** What a thread is made of. */
export interface ThreadPlan {
  /** The entry of the thread. */
  readonly worker: URL
  /** The module of the tasks. */
  readonly module: URL
  /** The settings of its pool. */
  readonly settings: PoolSettings
  /** How long the tasks of its pool take. */
  readonly paces: Paces
}

/** Something that runs tasks one after the other: a worker thread, or the calling thread itself. */
export interface Thread {
  /** Whether it has loaded the module. */
  readonly isReady: boolean
  /** Whether the pool wants it to end, or it is gone. It gets no more tasks. */
  readonly isEnding: boolean
  /** Whether it is to be replaced once it has run what it has. */
  readonly isWorn: boolean
  /** Whether it is among those without a task; the mark of its crew. */
  isFree: boolean
  /** Whether its oldest task takes so long that nothing should wait behind it; the mark of its pool. */
  isHeldUp: boolean
  /** Whether the pool looks at its answers all the time, so that nothing need tell it to. */
  isWatched: boolean
  /** Tasks for this thread and no other that have not found room yet. */
  readonly own: PoolTask[]
  /** How many tasks it has, the one that runs included. */
  readonly length: number
  /** How long the tasks it has will take, in microseconds, as far as is known. */
  readonly aheadUs: number
  /** Whether it may be lent one more task: always if it has none, and some ahead that will not take long. */
  readonly hasRoom: boolean
  /** Whether no task more can be lent at all. */
  readonly isFull: boolean
  /** The task that runs, as far as was heard. */
  readonly running: PoolTask | undefined
  /** Why it cannot run the task: its module exports no such function. Asked once it is ready. */
  missing(task: PoolTask): unknown
  /** Lends a task. Throws, and has not, if the arguments cannot be sent. */
  lend(task: PoolTask): void
  /** Takes a task back that has not started; false if it has. */
  takeBack(task: PoolTask): boolean
  /** Takes back the task that would start next. */
  takeBackNext(): PoolTask | undefined
  /** Takes back all that has not started but the oldest; in order. */
  takeBackAhead(): PoolTask[]
  /** The tasks behind the one that runs, in order. */
  tasksAhead(): PoolTask[]
  /** Tells the running task to stop, and ends the thread if it does not within the grace. The first reason counts. */
  cancel(reason: unknown, graceMs: number): void
  /** Tells the source of a stream that items were taken, or that no more are wanted. */
  tell(task: PoolTask, message: 'enough' | number): void
  /** Ends a thread that runs nothing; resolves when it is gone. */
  close(): Promise<void>
  /** Hears at once what the thread has answered and this side was not free to hear. */
  hearAll(): void
  /** Hears the answers there are. */
  hearLane(): void
  /** Hears the answers there are; whether the task that runs is the same as when this was asked last. */
  look(): boolean
}

/** What a task came to, as the thread answered it. */
export type Answered = { readonly value: unknown } | { readonly message: Answer }

/** Told what happens to a thread, in this order: ready at most once, started and answered for each task, gone once. */
export interface ThreadOwner {
  /** The thread has loaded the module. */
  ready(thread: Thread): void
  /** The task is the oldest of its thread, which runs it now. */
  started(thread: Thread, task: PoolTask): void
  /** The thread answered the task. */
  answered(thread: Thread, run: Pick<Run, 'task' | 'cancelled'>, answer: Answered): void
  /** All answers there were are told: the thread has room again. */
  heard(thread: Thread): void
  /** The thread will not start these after all; in order. */
  restored(tasks: readonly PoolTask[]): void
  /** The task ran for its `runTimeoutMs`. */
  overdue(task: PoolTask): void
  /** The thread is no more. */
  gone(thread: Thread, death: Death): void
}

/** A task in the lane of a thread. */
export interface Run {
  /** The task. */
  readonly task: PoolTask
  /** Its position in the lane. */
  readonly position: number
  /** How long tasks of its name take. */
  readonly pace: Pace
  /** What its thread counts it for, in microseconds. */
  readonly us: number
  /** Whether it was told as started. */
  hasBegun: boolean
  /** Why the task is to end, once that is asked for. */
  cancelled: { readonly reason: unknown } | undefined
}

/** How a thread ended. */
export interface Death {
  /** As Node reports it. */
  readonly exitCode: number
  /** What it threw, or why it could not load; undefined if it left without a word. */
  readonly cause: unknown
  /** The task that had started and goes with it. */
  readonly run: Pick<Run, 'task' | 'cancelled'> | undefined
  /** Tasks that had not started, in order. */
  readonly unstarted: readonly PoolTask[]
  /** Tasks that had not started and cannot elsewhere. */
  readonly lost: readonly PoolTask[]
  /** Whether the pool wanted it to end. */
  readonly wasAsked: boolean
}
