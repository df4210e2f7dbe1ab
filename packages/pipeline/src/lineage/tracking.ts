import type { PipelineStats, RunOptions } from '../api.ts'
import { checkCount, checkFunction, checkOptions } from '../options.ts'
import type { Output } from '../output.ts'
import type { Stopwatch } from '../stopwatch.ts'
import type { OpenTap } from '../taps.ts'
import { type CheckpointOptions, Ledger, type Settle } from './ledger.ts'
import { type Failed, Lineage, StageLineage, type Tracked } from './lineage.ts'
import { Log } from './log.ts'
import type { Cursor } from './positions.ts'
import { trackedTap } from './tracked-tap.ts'

/** What a source has to do with it. */
interface SourceSettings {
  readonly open: OpenTap
  readonly settle: Settle | undefined
  readonly resume: Cursor | undefined
}

/** A run that tells when an item of its source is fully processed: the parts of it that know. */
export class Tracking {
  readonly #lineage: Lineage
  readonly #ledger: Ledger

  constructor(ledger: Ledger, log: Log | undefined) {
    this.#ledger = ledger
    this.#lineage = new Lineage((origin) => ledger.processed(origin), log)
  }

  /** Undefined if nobody wants to know. `onFailure` hears of a `settle` or a `save` that fails. */
  static of(
    { settle, resume }: SourceSettings,
    { checkpoint, trace }: RunOptions,
    stopwatch: Stopwatch,
    onFailure: (error: unknown) => void,
  ): Tracking | undefined {
    if (settle === undefined && checkpoint === undefined && resume === undefined && trace === undefined)
      return undefined
    const log = trace === undefined ? undefined : new Log(trace, stopwatch, onFailure)
    return new Tracking(new Ledger(settle, checkpoint, resume, onFailure), log)
  }

  tap({ open, resume }: SourceSettings): OpenTap {
    return trackedTap(open, this.#lineage, this.#ledger, resume)
  }

  stage(number: number): StageLineage {
    return new StageLineage(this.#lineage, number)
  }

  output(output: Output): void {
    output.track((item) => this.#lineage.leave(item as Tracked))
  }

  /** The run has ended. */
  end(stats: PipelineStats): void {
    this.#lineage.log?.end(stats)
  }

  /** Resolves when every item that was taken is settled, and the cursor is saved. `failed` is what the run ends with, if it does not end well. */
  close(failed: Failed | undefined): Promise<void> {
    return this.#ledger.close(this.#lineage.takeOpen(), failed)
  }
}

/** Throws for wrong settings of a checkpoint. */
export function checkCheckpoint(checkpoint: CheckpointOptions): void {
  checkOptions('run: checkpoint', checkpoint, ['save', 'everyItems'])
  const { save, everyItems } = checkpoint
  checkFunction('run: checkpoint.save', save)
  if (everyItems !== undefined) checkCount('run: checkpoint.everyItems', everyItems, 1)
}

/** Throws for what is no cursor. */
export function checkCursor(cursor: Cursor): void {
  checkOptions('from: resume', cursor, ['next', 'ahead'])
  checkCount('from: resume.next', cursor.next, 0)
  if (!Array.isArray(cursor.ahead)) throw new TypeError('from: resume.ahead: expected an array of ranges')
  for (const range of cursor.ahead) {
    checkCount('from: resume.ahead', range?.[0], cursor.next)
    checkCount('from: resume.ahead', range[1], range[0])
  }
}
