/** One series of a scrape. */
export interface Series {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/
const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (-?\d+(?:\.\d+)?(?:e[+-]?\d+)?|[+-]Inf|NaN)$/
const LABEL = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(,(?=.)|$)/

/**
 * Reads the text format of Prometheus, version 0.0.4, more strictly than Prometheus does: a family is its help, its type and then its series; no
 * family and no series comes twice; counters end in `_total`, and nothing else does. Throws for all else.
 */
export function parseMetrics(text: string): Series[] {
  if (!text.endsWith('\n')) throw new Error('the last line has no end')
  const families = new Map<string, string>()
  const seen = new Set<string>()
  let open = { name: '', type: '' }
  return text
    .slice(0, -1)
    .split('\n')
    .flatMap((line) => {
      const [, kind, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line) ?? []
      if (kind === 'HELP') {
        if (!NAME.test(name) || families.has(name)) throw new Error(`twice, or no name: ${line}`)
        families.set(name, rest)
        open = { name, type: '' }
        return []
      }
      if (kind === 'TYPE') {
        if (name !== open.name || open.type !== '') throw new Error(`a type without its help: ${line}`)
        if ((rest === 'counter') !== name.endsWith('_total') || !/^(counter|gauge)$/.test(rest)) throw new Error(line)
        open = { name, type: rest }
        return []
      }
      const series = sample(line)
      if (series.name !== open.name || open.type === '') throw new Error(`outside of its family: ${line}`)
      if (open.type === 'counter' && !(series.value >= 0)) throw new Error(`a counter below 0: ${line}`)
      const key = line.slice(0, line.lastIndexOf(' '))
      if (seen.has(key)) throw new Error(`a series twice: ${line}`)
      seen.add(key)
      return [series]
    })
}

function sample(line: string): Series {
  const [, name, labelText = '', value] = SAMPLE.exec(line) ?? []
  if (name === undefined) throw new Error(`no sample: ${line}`)
  const labels: Record<string, string> = {}
  for (let rest = labelText; rest !== ''; ) {
    const [whole, label, escaped] = LABEL.exec(rest) ?? []
    if (whole === undefined || label === undefined || label in labels) throw new Error(`no labels: ${line}`)
    labels[label] = (escaped ?? '').replace(/\\(.)/g, (_, letter) => (letter === 'n' ? '\n' : letter))
    rest = rest.slice(whole.length)
  }
  return { name, labels, value: Number(value?.replace('Inf', 'Infinity')) }
}
