import { Interrupted } from './interruption.ts'
import type { Output } from './output.ts'
import { type Look, type Rates, ratesTable, statsJson } from './stats-text.ts'
import { EXIT } from './verb.ts'

/** What is followed, and how. */
export interface Following {
  readonly output: Output
  readonly stop: AbortSignal
  look(): Promise<Look[]>
  wait(): Promise<void>
}

/** Shows how queues change, until somebody says stop: that is its end, and no failure. */
export async function follow({ output, stop, look, wait }: Following): Promise<number> {
  let before: readonly Look[] = []
  try {
    for (;;) {
      const looks = await look()
      const rated = looks.map((each) => ({
        ...each,
        rates: ratesOf(
          each,
          before.find(({ name }) => name === each.name),
        ),
      }))
      if (output.isLive) await output.live.draw(ratesTable(output, rated))
      else if (output.isJson) for (const each of rated) await output.json(statsJson(each, each.rates))
      else await output.lines(ratesTable(output, rated))
      before = looks
      await wait()
    }
  } catch (error) {
    if (stop.aborted && stop.reason instanceof Interrupted) return EXIT.done
    throw stop.aborted ? stop.reason : error
  }
}

function ratesOf({ stats, atMs }: Look, before: Look | undefined): Rates {
  const seconds = before === undefined ? 0 : (atMs - before.atMs) / 1000
  // Figures begin again when a queue of this name is made anew.
  const rate = (of: 'sent' | 'delivered' | 'acked'): number =>
    before === undefined || seconds <= 0 ? 0 : Math.max(0, stats[of] - before.stats[of]) / seconds
  return { sent: rate('sent'), delivered: rate('delivered'), acked: rate('acked') }
}
