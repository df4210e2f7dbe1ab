/** A file that was not read to its end, and why. */
export interface Problem {
  readonly file: string
  readonly reason: string
  /** How many of its requests are in the sums all the same. */
  readonly requests: number
}

/** How often a path was asked for. */
export interface PathCount {
  readonly path: string
  readonly requests: number
}

/** Requests by the first digit of their status; `other` has none from 1 to 5. */
export type StatusClass = '1xx' | '2xx' | '3xx' | '4xx' | '5xx' | 'other'

/** What the log files of a folder add up to. */
export interface Report {
  /** Files that were read to their end. */
  readonly files: number
  readonly requests: number
  /** Lines that are no requests in the common or combined format. */
  readonly badLines: number
  readonly status: Readonly<Record<StatusClass, number>>
  /** Bytes of all responses. */
  readonly bytes: number
  /** Sizes of responses in bytes, at most 0.4 % too small; 0 if there are none. */
  readonly size: { readonly p50: number; readonly p99: number }
  /** The ten most frequent, without their queries. */
  readonly paths: readonly PathCount[]
  /** Requests whose path came after the first million different ones and is not among `paths`. */
  readonly otherPaths: number
  readonly problems: readonly Problem[]
  readonly elapsedMs: number
}

/** How a run stands. */
export interface Progress {
  readonly elapsedMs: number
  readonly requests: number
  readonly badLines: number
  /** Files that are done with, read or not, and all. */
  readonly doneFiles: number
  readonly files: number
  /** The same of their bytes on disk. */
  readonly doneBytes: number
  readonly bytes: number
}

/** How a folder is read. */
export interface AnalyseOptions {
  /** How many threads parse: an integer from 1 to `MOST_THREADS`. By default as many as this machine runs at once. */
  readonly threads?: number
  /** Megabytes of heap that a thread may have; one that needs more ends, and another goes on with the next file. */
  readonly threadHeapMb?: number
  /** Ends the run; `analyse` then rejects with its reason. */
  readonly signal?: AbortSignal
  /** Called about ten times a second. */
  readonly onProgress?: (progress: Progress) => void
}

/** A memory of Millrace has room for 32 threads; one is ours, and one that died may not be forgotten yet. */
export const MOST_THREADS = 30
