/** Part of the page's script: one queue, and a look at its next messages. */
export const DETAIL: string = /* js */ `
const detail = byId('detail')
const facts = new Map()
/** The queue that is looked at. */
let chosen

function openDetail(name) {
  chosen = name
  show(byId('detail-name'), name)
  byId('messages').replaceChildren()
  say('')
  closeConfirm()
  renderDetail()
  history.replaceState(null, '', '#' + encodeURIComponent(name))
  if (!detail.open) detail.showModal()
  detail.scrollTop = 0
  look()
}

function renderDetail() {
  if (chosen === undefined) return
  const queue = queues.find(({ name }) => name === chosen)
  byId('detail-gone').hidden = queue !== undefined
  byId('detail-paused').hidden = !queue?.isPaused
  show(byId('pause'), queue?.isPaused ? 'Resume' : 'Pause')
  allowActions(queue)
  byId('next').hidden = !(queue?.mayPeek ?? true)
  if (queue !== undefined) renderFacts(byId('facts'), facts, factsOf(queue))
}

function factsOf(queue) {
  return [
    ['Ready', count(queue.ready)],
    ['Delayed', count(queue.delayed)],
    ['In flight', count(queue.inFlight)],
    ['Size', bytes(queue.bytes)],
    ['Room', count(Math.max(0, queue.capacity - queue.depth)) + ' of ' + count(queue.capacity)],
    ['Oldest', queue.oldestMs === 0 ? '–' : age(queue.oldestMs)],
    ['Sent/s', rate(queue.sentRate)],
    ['Acked/s', rate(queue.ackedRate)],
    ['Sent', count(queue.sent)],
    ['Delivered', count(queue.delivered)],
    ['Acked', count(queue.acked)],
    ['Returned', count(queue.returned)],
    ['Dead letters', countIfAny(queue.deadLetters), queue.deadLetters > 0 ? 'bad' : ''],
    ['Dead-lettered so far', count(queue.dead), 'faint'],
    ['Expired', count(queue.expired)],
    ['Purged', count(queue.purged)],
    ['Duplicates', count(queue.duplicates)],
    ['Dedup keys', count(queue.dedupKeys)],
    ['Damaged', count(queue.damaged), queue.damaged > 0 ? 'bad' : ''],
    ['Waiting calls', count(queue.waitingReceives + queue.waitingSends)],
    ['Lease', leaseOf(queue)],
    ['Dead letters go to', queue.deadLetterQueue === undefined ? [] : [queue.deadLetterQueue]],
    ['Dead letters of', withDeadLettersIn(queue.name)],
    ['On disk', onDisk(queue.durability)],
  ]
}

/** How long messages are leased, if those who receive them do not say. JSON has no number without end. */
function leaseOf({ leaseMs }) {
  if (leaseMs === null) return 'without end'
  return leaseMs === 0 ? 'none' : age(leaseMs)
}

/** The queues whose dead letters go to this one, as far as they are seen. */
function withDeadLettersIn(name) {
  return queues.filter((queue) => queue.deadLetterQueue === name).map((queue) => queue.name)
}

function onDisk(durability) {
  if (typeof durability === 'object') return 'after ' + age(durability.everyMs)
  return { memory: 'no', always: 'at once', never: 'by the system' }[durability] ?? durability
}

/** The queue that the address of the page names, as openDetail leaves it there. */
function nameInAddress() {
  try {
    return decodeURIComponent(location.hash.slice(1))
  } catch {
    return ''
  }
}

async function look() {
  const name = chosen
  if (queues.find((queue) => queue.name === name)?.mayPeek === false) return
  const found = await ask('api/messages?queue=' + encodeURIComponent(name)).catch((error) => error)
  if (name !== chosen) return
  if (found instanceof Error) say(found.message, true)
  else byId('messages').replaceChildren(...(found.length > 0 ? found.map(messageItem) : [noMessage()]))
}

function noMessage() {
  return element('li', { className: 'faint', textContent: 'No message is ready.' })
}

function messageItem({ id, priority, deliveries, ageMs, lengthBytes, headers, form, body, isCut }) {
  const about = [id, bytes(lengthBytes), 'delivered ' + grouped.format(deliveries) + '×']
  if (ageMs !== undefined) about.splice(1, 0, 'sent ' + age(ageMs) + ' ago')
  if (priority !== 0) about.push('priority ' + priority)
  if (form === 'hex') about.push('no text: hexadecimal')
  for (const [name, value] of Object.entries(headers)) about.push(name + ': ' + value)
  const text = form === 'hex' ? body.replace(/../g, '$& ').trimEnd() : body
  const item = element('li', {}, element('div', { className: 'about' }, ...about.map((text) => element('span', { textContent: text }))))
  item.append(text === '' ? element('p', { className: 'faint', textContent: 'Empty.' }) : element('pre', { textContent: text }))
  if (isCut) item.append(element('p', { className: 'faint', textContent: 'There is more than is shown.' }))
  return item
}

byId('look').onclick = look
byId('detail-close').onclick = () => detail.close()
detail.onclick = ({ target, clientX, clientY }) => {
  const { left, right, top, bottom } = detail.getBoundingClientRect()
  const isBeside = clientX < left || clientX > right || clientY < top || clientY > bottom
  if (target === detail && isBeside) detail.close()
}
detail.onclose = () => {
  chosen = undefined
  history.replaceState(null, '', location.pathname + location.search)
}
`
