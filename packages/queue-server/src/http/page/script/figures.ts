/** Part of the page's script: elements, figures as text, rates. */
export const FIGURES: string = /* js */ `
const byId = (id) => document.getElementById(id)

/** Texts are never read as markup. */
function element(tag, properties, ...children) {
  const made = Object.assign(document.createElement(tag), properties)
  made.append(...children)
  return made
}

function show(node, text) {
  if (node.textContent !== text) node.textContent = text
}

const grouped = new Intl.NumberFormat('en')
const short = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 })
const count = (n) => (n < 100000 ? grouped.format(n) : short.format(n))
const countIfAny = (n) => (n === undefined ? '–' : count(n))
const rate = (n) => (n === undefined ? '–' : n === 0 ? '0' : n < 10 ? n.toFixed(1) : count(Math.round(n)))
const plural = (n, noun) => (n === 1 ? 'one ' + noun : grouped.format(n) + ' ' + noun + 's')

function bytes(n) {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  let unit = 0
  while (n >= 1024 && unit < units.length - 1) {
    n /= 1024
    unit++
  }
  return (unit === 0 || n >= 100 ? Math.round(n) : n.toFixed(1)) + ' ' + units[unit]
}

function age(ms) {
  if (ms < 1000) return Math.round(ms) + ' ms'
  const s = Math.floor(ms / 1000)
  if (s < 60) return s + ' s'
  if (s < 3600) return Math.floor(s / 60) + ' min ' + (s % 60) + ' s'
  if (s < 86400) return Math.floor(s / 3600) + ' h ' + Math.floor((s % 3600) / 60) + ' min'
  return Math.floor(s / 86400) + ' d ' + Math.floor((s % 86400) / 3600) + ' h'
}

/** What was counted in the last seconds, oldest first. Rates are over all of it, so that they do not jump. */
const RATE_MS = 5000
let samples = []

/** Gives each queue its depth, that of its dead-letter queue, and its rates; none for what is not seen, or was not there before. */
function withRates({ atMs, queues }) {
  const last = samples.at(-1)
  const isOther = ({ name, sent }) => last.counts.get(name)?.sent > sent
  if (last !== undefined && (atMs < last.atMs || queues.some(isOther))) samples = []
  if (last === undefined || atMs > last.atMs || samples.length === 0) {
    samples.push({ atMs, counts: new Map(queues.map(({ name, sent, acked }) => [name, { sent, acked }])) })
  }
  while (samples.length > 2 && samples[1].atMs <= atMs - RATE_MS) samples.shift()
  const { counts, atMs: thenMs } = samples[0]
  const depths = new Map(queues.map(({ name, ready, delayed, inFlight }) => [name, ready + delayed + inFlight]))
  return queues.map((queue) => {
    const then = thenMs < atMs ? counts.get(queue.name) : undefined
    const perSecond = (field) => then && Math.max(0, ((queue[field] - then[field]) * 1000) / (atMs - thenMs))
    const depth = depths.get(queue.name)
    const deadLetters = depths.get(queue.deadLetterQueue)
    return { ...queue, depth, deadLetters, sentRate: perSecond('sent'), ackedRate: perSecond('acked') }
  })
}
`
