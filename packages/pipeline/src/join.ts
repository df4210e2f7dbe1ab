/** Sources that are made of several others. */
import type { Value } from '@millrace/mpsc'
import { abortError } from './failure.ts'
import { allOver, closeTap, END, type OpenTap, type Reading, type Tap, tapOf } from './taps.ts'
import { turned } from './turn.ts'

/** What is joined. */
export type Source = AsyncIterable<Value> | Iterable<Value | PromiseLike<Value>>

type Answer = IteratorResult<unknown>

/**
 * The items of all sources side by side, until the first has none, or fails: then the others are closed, whatever they are at. Each is
 * asked for its next item when the one before it was taken, all at the same time.
 *
 * A source that has not answered a turn of the event loop later is closed as well, but not awaited unless it is prompt, and what it
 * fails with is not told.
 */
export function zipped(opens: readonly OpenTap[]): OpenTap {
  return (signal) => {
    // A receiver that waits is told by nothing else that nobody wants its value any more.
    const ending = new AbortController()
    const either = AbortSignal.any([signal, ending.signal])
    const strands: Strand[] = []
    const zip = new Zip(strands, () => ending.abort(abortError('Another source of the zip has ended')))
    try {
      for (const open of opens) strands.push(new Strand(open(either)))
    } catch (error) {
      zip.close().catch(() => {}) // The first error counts.
      throw error
    }
    return { isPrompt: true, next: () => zip.next(), return: () => zip.close() }
  }
}

/** One of the sources. */
class Strand implements Reading {
  readonly #tap: Tap
  #pending: Promise<unknown> | undefined
  #closing: Promise<void> | undefined
  hasEnded = false

  constructor(tap: Tap) {
    this.#tap = tap
  }

  get isInside(): boolean {
    return this.#pending !== undefined
  }

  next(): Promise<Answer> {
    const answer = this.#ask()
    this.#pending = answer.catch(() => {})
    return answer
  }

  /** Whoever asks for it again waits as long as the first. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    if (this.isInside) await Promise.race([this.#pending, turned()])
    if (!this.hasEnded) await closeTap(this.#tap, this)
  }

  async #ask(): Promise<Answer> {
    try {
      const answer = (await this.#tap.next()) as Answer
      this.hasEnded ||= answer.done === true
      return answer
    } catch (error) {
      this.hasEnded = true
      throw error
    } finally {
      this.#pending = undefined
    }
  }
}

class Zip {
  readonly #strands: readonly Strand[]
  readonly #onEnd: () => void

  /** `onEnd` is called when all have been told to close. */
  constructor(strands: readonly Strand[], onEnd: () => void) {
    this.#strands = strands
    this.#onEnd = onEnd
  }

  async next(): Promise<Answer> {
    try {
      const answers = await this.#all()
      if (answers !== undefined) return { done: false, value: answers.map(({ value }) => value) }
    } catch (error) {
      await this.close().catch(() => {}) // The first error counts.
      throw error
    }
    await this.close()
    return END
  }

  async close(): Promise<Answer> {
    const closing = this.#strands.map((strand) => strand.close())
    this.#onEnd()
    await allOver(closing)
    return END
  }

  /** An answer of each; undefined as soon as one has none, or the first failure. */
  #all(): Promise<readonly Answer[] | undefined> {
    return new Promise((resolve, reject) => {
      const whenDone = (answer: Answer): Answer => {
        if (answer.done) resolve(undefined)
        return answer
      }
      Promise.all(this.#strands.map((strand) => strand.next().then(whenDone))).then(resolve, reject)
    })
  }
}

/** The sources one after the other, as items. When it is closed, those that are left are handed to `leave`. */
export function handedOut<S>(sources: readonly S[], leave: (sources: readonly S[]) => Promise<void>): OpenTap {
  return () => {
    let next = 0
    return {
      next() {
        const source = sources[next++]
        return source === undefined ? END : { done: false, value: source }
      },
      return: () => leave(sources.slice(next)),
    }
  }
}

/** The sources, if all can be read. Throws `TypeError` if not. */
export function checkSources(verb: string, sources: readonly Source[]): readonly Source[] {
  for (const source of sources) tapOf(source, verb)
  return sources
}
