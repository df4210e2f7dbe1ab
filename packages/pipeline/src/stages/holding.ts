import { Fifo } from '../fifo.ts'
import { Meter } from '../meter.ts'
import type { ActiveStage, Host, NONE } from '../plan.ts'

/** What stages have in common that call nothing for each item, and hold items until they leave in their order. */
export abstract class HoldingStage implements ActiveStage {
  readonly meter: Meter
  protected readonly host: Host
  protected readonly held: Fifo = new Fifo()
  protected hasEnded: boolean = false

  /** At most `limit` items are held. */
  constructor(host: Host, name: string, limit: number) {
    this.meter = new Meter(name, 1, limit, host.stopwatch)
    this.host = host
  }

  get room(): boolean {
    return this.meter.room
  }

  abstract accept(item: unknown): typeof NONE

  ready(): boolean {
    return this.held.ready
  }

  peek(): unknown {
    return this.held.peek()
  }

  take(): unknown {
    this.meter.left()
    return this.held.take()
  }

  end(): void {
    this.hasEnded = true
  }

  /** What the user gave to the stage has failed, and fails the run. */
  protected readonly failed = (error: unknown): void => {
    this.meter.failed(this.host.signal)
    this.host.fail(error)
  }

  get finished(): boolean {
    return this.hasEnded && this.meter.empty
  }
}
