import type { Model } from './model.ts'
import type { Run } from './run.ts'
import { DIE, encode, TIME_OUT } from './schedule.ts'

/** temporary */
export function story(model: Model, run: Run): string {
  const lines = run.events.map(({ actor, way, node, answer }, index) => {
    const name = model.actors[actor]?.name ?? ''
    const what = way === DIE ? 'dies' : way === TIME_OUT ? 'times out' : node.operation?.describe(answer)
    return `${index + 1} ${name}: ${what}`
  })
  return [...lines, encode(run.events)].join('\n')
}
