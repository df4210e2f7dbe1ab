/** Part of the page's script: what changes a queue. */
export const ACTIONS: string = /* js */ `
let isActing = false

function allowActions(queue) {
  const mayManage = queue?.mayManage ?? true
  byId('actions').hidden = !mayManage
  byId('looks-only').hidden = mayManage
  const isOff = queue === undefined || isActing || document.body.classList.contains('stale')
  for (const id of ['pause', 'purge']) byId(id).disabled = isOff
  const hasDeadLetters = withDeadLettersIn(chosen).length > 0
  byId('redrive').disabled = isOff || !hasDeadLetters
  byId('redrive').title = hasDeadLetters
    ? 'Sends dead letters back to the queues they came from'
    : 'No queue that you see sends its dead letters here'
  byId('confirm-purge').disabled = isOff || byId('confirm-name').value !== chosen
}

function say(text, isBad = false) {
  show(byId('result'), text)
  byId('result').className = isBad ? 'bad' : ''
}

/** One at a time. What is shown afterwards is how it is then. */
async function act(verb, more, sentence) {
  isActing = true
  renderDetail()
  try {
    const answer = await ask('api/' + verb, { queue: chosen, ...more })
    say(sentence(answer.count))
  } catch (error) {
    say(error.message, true)
  }
  isActing = false
  await refresh()
  if (chosen !== undefined) await look()
}

function closeConfirm() {
  byId('confirm').hidden = true
  byId('confirm-name').value = ''
}

byId('pause').onclick = () => {
  if (byId('pause').textContent === 'Pause') act('pause', {}, () => 'Paused: nothing is received until it is resumed.')
  else act('resume', {}, () => 'Resumed.')
}
byId('redrive').onclick = () => {
  const none = 'None went back: no ready message came from another queue that has room.'
  act('redrive', {}, (n) => (n === 0 ? none : plural(n, 'message') + ' went back to where they came from.'))
}
byId('purge').onclick = () => {
  const { ready, delayed } = queues.find(({ name }) => name === chosen)
  const name = element('strong', { textContent: chosen })
  byId('confirm-text').replaceChildren('This drops ' + plural(ready + delayed, 'message') + ' for good. To confirm, type ', name)
  byId('confirm').hidden = false
  byId('confirm-name').focus()
}
byId('confirm-name').oninput = renderDetail
byId('confirm-cancel').onclick = closeConfirm
byId('confirm').onsubmit = (event) => {
  event.preventDefault()
  const confirm = byId('confirm-name').value
  if (confirm !== chosen || isActing) return
  closeConfirm()
  act('purge', { confirm }, (n) => 'Purged ' + plural(n, 'message') + '.')
}
`
