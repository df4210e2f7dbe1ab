import { setTimeout as delay } from 'node:timers/promises'
import { follow } from '../follow-stats.ts'
import { statsJson, statsSheet, statsTable } from '../stats-text.ts'
import { EXIT, type Verb } from '../verb.ts'

/** `millrace-queue stats`. */
export const stats: Verb = {
  name: 'stats',
  takes: '[queue…]',
  summary: 'Tells how queues stand',
  options: [
    { name: 'follow', short: 'f', help: 'go on until Ctrl-C, with what is sent, delivered and acknowledged a second' },
    { name: 'interval-ms', value: '<ms>', help: 'with --follow, how often (default: 1000)' },
  ],
  more: 'Without names, all queues.',
  prepare(args) {
    const names = args.positionals
    const everyMs = args.ms('interval-ms', 10) ?? 1000
    const follows = args.flag('follow')
    return async ({ engine, output, stop, say }) => {
      const look = async () => {
        const wanted = names.length === 0 ? await engine.list() : names
        return Promise.all(
          wanted.map(async (name) => ({ name, atMs: performance.now(), stats: await engine.stats(name) })),
        )
      }
      if (follows) return follow({ output, stop, look, wait: () => delay(everyMs, undefined, { signal: stop }) })
      const looks = await look()
      const [only] = looks
      if (output.isJson) for (const each of looks) await output.json(statsJson(each))
      else if (only === undefined) say('there are no queues')
      else await output.lines(names.length === 1 ? statsSheet(output, only) : statsTable(output, looks))
      return EXIT.done
    }
  },
}
