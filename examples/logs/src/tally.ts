import type { PathCount, Problem, Report, StatusClass } from './api.ts'
import { fromBytes } from './entry.ts'
import { Sizes } from './sizes.ts'

/** So many different paths are counted; those that are seen first after that are not. */
const PATHS_MAX = 1_000_000
const TOP = 10
const CLASSES: readonly StatusClass[] = ['other', '1xx', '2xx', '3xx', '4xx', '5xx']

interface Count {
  readonly path: string
  requests: number
}

/** What the entries of all threads add up to. Memory is bounded whatever the files hold. */
export class Tally {
  requests = 0
  badLines = 0
  bytes = 0
  readonly #status: Record<StatusClass, number> = { '1xx': 0, '2xx': 0, '3xx': 0, '4xx': 0, '5xx': 0, other: 0 }
  readonly #sizes = new Sizes()
  readonly #paths = new Map<string, Count>()
  readonly #pathsMax: number
  #otherPaths = 0

  constructor(pathsMax: number = PATHS_MAX) {
    this.#pathsMax = pathsMax
  }

  /** Counts a request. Each character of the path stands for one byte. */
  add(status: number, bytes: number, path: string): void {
    this.requests++
    this.bytes += bytes
    this.#sizes.add(bytes)
    this.#status[CLASSES[Math.floor(status / 100)] ?? 'other']++
    const known = this.#paths.get(path)
    if (known !== undefined) known.requests++
    else if (this.#paths.size < this.#pathsMax) this.#paths.set(path, { path, requests: 1 })
    else this.#otherPaths++
  }

  /** Counts a line that is no request. */
  addBadLine(): void {
    this.badLines++
  }

  /** The sums, with what only the caller knows. */
  report(files: number, problems: readonly Problem[], elapsedMs: number): Report {
    return {
      files,
      requests: this.requests,
      badLines: this.badLines,
      status: { ...this.#status },
      bytes: this.bytes,
      size: { p50: this.#sizes.quantile(0.5), p99: this.#sizes.quantile(0.99) },
      paths: this.#topPaths(),
      otherPaths: this.#otherPaths,
      problems,
      elapsedMs,
    }
  }

  #topPaths(): PathCount[] {
    const top: Count[] = []
    for (const count of this.#paths.values()) {
      const last = top[TOP - 1]
      if (last !== undefined && inOrder(last, count) < 0) continue
      top.push(count)
      top.sort(inOrder)
      top.length = Math.min(top.length, TOP)
    }
    return top.map(({ path, requests }) => ({ path: fromBytes(path), requests }))
  }
}

/** More requests first; of as many, the path that is first in the order of bytes. */
function inOrder(one: Count, other: Count): number {
  return other.requests - one.requests || (one.path < other.path ? -1 : 1)
}
