/** Part of the page's script: asks the server each second, and says when it does not answer. */
export const POLL: string = /* js */ `
const EVERY_MS = 1000
const MOST_MS = 5000
let token = sessionStorage.getItem('millrace-token') ?? ''
let answeredAt
let timer
let refreshing

class Refused extends Error {}

/** Asks the server; with a body, to change something. Rejects with its sentence if it refuses. */
async function ask(path, body) {
  const headers = token === '' ? {} : { authorization: 'Bearer ' + token }
  const post = { method: 'POST', body: JSON.stringify(body), headers: { ...headers, 'content-type': 'application/json' } }
  const signal = AbortSignal.timeout(body === undefined ? MOST_MS : 60000)
  const answer = await fetch(path, { ...(body === undefined ? { headers } : post), signal }).catch(() => {
    throw new Error('The server did not answer.')
  })
  const content = await answer.json().catch(() => ({}))
  if (answer.ok) return content
  throw Object.assign(new Refused(content.reason ?? 'The server answered ' + answer.status + '.'), { status: answer.status })
}

function refresh() {
  refreshing ??= read().finally(() => {
    refreshing = undefined
  })
  return refreshing
}

async function read() {
  try {
    const answer = await ask('api/queues')
    queues = withRates(answer)
    answeredAt = new Date()
    const { readOnly } = answer
    tell(readOnly === undefined ? 'live' : 'read-only', readOnly && 'Read-only: ' + readOnly + '.')
    byId('login').hidden = true
    byId('main').hidden = false
    renderTable()
    const named = nameInAddress()
    if (named !== '' && !detail.open && queues.some(({ name }) => name === named)) openDetail(named)
  } catch (error) {
    if (error.status === 401) askForToken()
    else tell('gone', whatIsWrong(error))
  }
  renderDetail()
}

function whatIsWrong(error) {
  const now = 'Asking again each second.'
  if (error instanceof Refused) return 'The server has no figures: ' + error.message + '. ' + now
  if (answeredAt === undefined) return error.message + ' ' + now
  return 'The server is gone: no answer since ' + answeredAt.toLocaleTimeString() + '. The figures are from then. ' + now
}

const WORDS = { live: 'live', 'read-only': 'read-only', gone: 'no answer', waiting: 'no token' }

function tell(state, notice) {
  document.body.classList.toggle('stale', state === 'gone')
  byId('state').dataset.state = state
  show(byId('state'), WORDS[state])
  // A dialog covers what is below it.
  for (const place of [byId('notice'), byId('detail-notice')]) {
    place.hidden = notice === undefined
    place.dataset.state = state
    show(place, notice ?? '')
  }
}

function askForToken() {
  show(byId('login-error'), token === '' ? '' : 'This token is not known.')
  token = ''
  sessionStorage.removeItem('millrace-token')
  tell('waiting')
  detail.close()
  byId('main').hidden = true
  if (!byId('login').hidden) return
  byId('login').hidden = false
  byId('token').focus()
}

byId('login').onsubmit = (event) => {
  event.preventDefault()
  token = byId('token').value.trim()
  sessionStorage.setItem('millrace-token', token)
  byId('token').value = ''
  refresh()
}

async function poll() {
  clearTimeout(timer)
  if (!document.hidden && (byId('login').hidden || token !== '')) await refresh()
  clearTimeout(timer)
  timer = setTimeout(poll, EVERY_MS)
}

document.onvisibilitychange = () => {
  if (!document.hidden) poll()
}
poll()
`
