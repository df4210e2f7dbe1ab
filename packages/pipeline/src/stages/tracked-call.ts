import type { Failed, StageLineage } from '../lineage/lineage.ts'
import type { Host, Place } from '../plan.ts'
import { type CallSettings, CallStage } from './call.ts'

/** A stage that calls a function, in a run whose items are tracked. Apart from the other, which is to know nothing of that and be quick. */
export class TrackedCallStage extends CallStage {
  readonly #lineage: StageLineage

  constructor(settings: CallSettings, host: Host, place: Place, lineage: StageLineage) {
    super(settings, host, place)
    this.#lineage = lineage
  }

  override get passage(): undefined {
    return undefined
  }

  protected override plain(item: unknown): unknown {
    return this.#lineage.value(item)
  }

  protected override kept(item: unknown): unknown {
    return item
  }

  protected override began(item: unknown): number {
    return this.#lineage.began(item)
  }

  protected override ended(record: number, isSync: boolean): void {
    this.#lineage.ended(record, isSync)
  }

  protected override become(item: unknown, result: unknown): unknown {
    return this.#lineage.become(item, result)
  }

  protected override release(item: unknown, failed: Failed | undefined): void {
    this.#lineage.release(item, failed)
  }
}
