/** Part of the page's script: all queues, and the sums over them. */
export const TABLE: string = /* js */ `
const ROWS = 100
const HOLD_MS = 2500
const COLUMNS = [
  ['Ready', 'ready', count],
  ['Delayed', 'delayed', count],
  ['In flight', 'inFlight', count],
  ['Sent/s', 'sentRate', rate],
  ['Acked/s', 'ackedRate', rate],
  ['Oldest', 'oldestMs', (ms) => (ms === 0 ? '–' : age(ms))],
  ['Dead letters', 'deadLetters', countIfAny],
]

let queues = []
let most = ROWS
const rows = new Map()
const totals = new Map()
let pointerMs = -HOLD_MS

function renderTable() {
  renderTotals()
  const wanted = byId('search').value.trim().toLowerCase()
  const found = queues.filter(({ name }) => name.toLowerCase().includes(wanted)).sort(byChosenOrder)
  const shown = inOrder(found)
  const deepest = queues.reduce((max, { depth }) => Math.max(max, depth), 1)
  place(shown.map((queue) => fill(rows.get(queue.name) ?? newRow(queue.name), queue, deepest)))
  const none = byId('none')
  none.hidden = shown.length > 0
  show(none, queues.length === 0 ? 'There is no queue yet.' : 'No queue has that in its name.')
  const more = byId('more')
  more.hidden = found.length <= shown.length
  show(more, 'Show all ' + grouped.format(found.length))
}

function byChosenOrder(a, b) {
  const field = byId('sort').value
  const byField = field === 'name' ? 0 : (b[field] ?? 0) - (a[field] ?? 0)
  return byField || (a.name < b.name ? -1 : 1)
}

/** Those to show. While somebody is about to choose one, none changes its place. */
function inOrder(found) {
  const body = byId('rows')
  const isHeld = performance.now() - pointerMs < HOLD_MS || body.contains(document.activeElement)
  if (!isHeld) return found.slice(0, most)
  const places = new Map([...body.children].map((row, place) => [row.queueName, place]))
  return found
    .map((queue, place) => ({ queue, place: places.get(queue.name) ?? body.children.length + place }))
    .sort((a, b) => a.place - b.place)
    .slice(0, most)
    .map(({ queue }) => queue)
}

function place(wanted) {
  const body = byId('rows')
  const kept = new Set(wanted)
  for (const row of [...body.children]) {
    if (kept.has(row)) continue
    row.remove()
    rows.delete(row.queueName)
  }
  let next = body.firstElementChild
  for (const row of wanted) {
    if (row === next) next = next.nextElementSibling
    else body.insertBefore(row, next)
  }
}

function newRow(name) {
  const badge = element('span', { className: 'badge', textContent: 'paused', hidden: true })
  const bar = element('div', { className: 'bar' }, element('i'), element('i'), element('i'))
  const label = element('button', { className: 'name', textContent: name, title: name })
  const row = element('tr', { queueName: name, badge, bar }, element('td', {}, label, badge, bar))
  for (const [title] of COLUMNS) {
    const cell = element('td')
    cell.dataset.label = title
    row.append(cell)
  }
  row.onclick = () => openDetail(name)
  rows.set(name, row)
  return row
}

function fill(row, queue, deepest) {
  row.badge.hidden = !queue.isPaused
  row.className = queue.isPaused ? 'paused' : ''
  COLUMNS.forEach(([, field, text], index) => {
    const cell = row.cells[index + 1]
    show(cell, text(queue[field]))
    cell.className = field === 'deadLetters' && queue.deadLetters > 0 ? 'bad' : queue[field] ? '' : 'nothing'
  })
  const parts = [queue.ready, queue.inFlight, queue.delayed]
  parts.forEach((part, index) => {
    const width = part === 0 ? '0px' : 'max(2px, ' + ((part / deepest) * 100).toFixed(1) + '%)'
    const piece = row.bar.children[index]
    if (piece.width === width) return
    piece.width = width
    piece.style.width = width
  })
  return row
}

function renderTotals() {
  const sum = (field) => queues.reduce((total, queue) => total + (queue[field] ?? 0), 0)
  const rateOfAll = (field) => rate(queues.some((queue) => queue[field] !== undefined) ? sum(field) : undefined)
  renderFacts(byId('totals'), totals, [
    ['Queues', count(queues.length)],
    ['Ready', count(sum('ready'))],
    ['Delayed', count(sum('delayed'))],
    ['In flight', count(sum('inFlight'))],
    ['Sent/s', rateOfAll('sentRate')],
    ['Acked/s', rateOfAll('ackedRate')],
  ])
}

function renderFacts(list, known, facts) {
  for (const [title, content, className = ''] of facts) {
    if (!known.has(title)) {
      known.set(title, element('dd'))
      list.append(element('div', {}, element('dt', { textContent: title }), known.get(title)))
    }
    known.get(title).className = className
    if (typeof content === 'string') show(known.get(title), content)
    else showLinks(known.get(title), content)
  }
}

/** Names of queues; those that are seen lead there. */
function showLinks(node, names) {
  const parts = names.map((name) => ({ name, isSeen: queues.some((queue) => queue.name === name) }))
  const key = JSON.stringify(parts)
  if (node.shownLinks === key) return
  node.shownLinks = key
  const nodes = parts.flatMap(({ name, isSeen }, index) => [index === 0 ? '' : ', ', isSeen ? linkTo(name) : name])
  node.replaceChildren(...(nodes.length === 0 ? ['–'] : nodes))
}

function linkTo(name) {
  const link = element('a', { href: '#' + encodeURIComponent(name), textContent: name })
  link.onclick = (event) => {
    event.preventDefault()
    openDetail(name)
  }
  return link
}

byId('search').oninput = () => {
  most = ROWS
  renderTable()
}
byId('sort').onchange = renderTable
byId('more').onclick = () => {
  most = Infinity
  renderTable()
}
byId('rows').onpointermove = () => {
  pointerMs = performance.now()
}
byId('rows').onpointerleave = () => {
  pointerMs = -HOLD_MS
}
`
