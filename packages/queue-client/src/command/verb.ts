import type { Readable } from 'node:stream'
import type { QueueEngine } from '@millrace/queue'
import type { Arguments, Option } from './arguments.ts'
import type { Output } from './output.ts'

/** What the command can be told to do. */
export interface Verb {
  /** As it is typed. */
  readonly name: string
  /** What comes after it, such as `<queue> [message…]`. */
  readonly takes: string
  /** What it does, in one line without a full stop. */
  readonly summary: string
  /** Its options, beside those that every verb takes. */
  readonly options: readonly Option[]
  /** What else its help says. */
  readonly more: string
  /** Whether a folder given with `--path` is made if it is not there. */
  readonly makesFolder?: boolean | undefined
  /** Whether it has more to do after a signal than to leave everything in order. */
  readonly endsItself?: boolean | undefined
  /** Reads what it was given. Throws `UsageError`, and has no other effect. */
  prepare(args: Arguments): Run
}

/** Does it, and gives the exit code. */
export type Run = (context: Context) => Promise<number>

/** What a verb works with. */
export interface Context {
  /** The queues. */
  readonly engine: QueueEngine
  /** The same queues once more, over a connection of its own if they are reached by one. Whoever opens it closes it. */
  readonly another: () => Promise<QueueEngine>
  /** Where results go. */
  readonly output: Output
  /** Where lines come from. */
  readonly input: Readable & { readonly isTTY?: boolean | undefined }
  /** Aborts at the first signal, and when nobody reads the output any more. */
  readonly stop: AbortSignal
  /** Tells something, in one sentence, beside the results. */
  say(sentence: string): void
}

/** The exit codes. */
export const EXIT: {
  readonly done: 0
  readonly failed: 1
  readonly usage: 2
  readonly nothing: 3
} = { done: 0, failed: 1, usage: 2, nothing: 3 }
