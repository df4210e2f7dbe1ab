import type { Kind } from './contender.ts'
import type { Environment } from './environment.ts'
import type { Failure } from './run.ts'
import type { Summary } from './statistics.ts'

/** What a number counts. Of rates the higher is the better, of times and sizes the lower. */
export type Unit = 'items/s' | 'bytes/s' | 'ns' | 'µs' | 'ms' | 'bytes' | 'promises' | '× ideal'

/** Something every contender of a section is measured for. */
export interface Metric {
  readonly name: string
  readonly unit: Unit
}

/** One contender in one section: the summary of each metric, or why there is none. */
export interface Row {
  readonly contender: string
  readonly kind: Kind
  readonly note?: string | undefined
  readonly metrics: Readonly<Record<string, Summary>>
  readonly failure?: Failure | undefined
}

/** One table. Ratios are those of the first metric. */
export interface Section {
  readonly name: string
  readonly title: string
  /** The contender of ours that the others are compared with. */
  readonly reference: string
  readonly metrics: readonly [Metric, ...Metric[]]
  readonly rows: readonly Row[]
}

/** What a run of a suite leaves on disk. */
export interface SuiteResult {
  readonly suite: string
  readonly environment: Environment
  readonly settings: Readonly<Record<string, unknown>>
  readonly sections: readonly Section[]
}
