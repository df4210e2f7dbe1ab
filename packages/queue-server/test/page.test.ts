import { openQueues } from '@millrace/queue'
import type { Browser, Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chromium } from '../../../tooling/testing/chromium.ts'
import { HandClock } from '../../../tooling/testing/waiting.ts'
import { failed, watch } from './http-support.ts'
import { launch, open } from './page-support.ts'

const owner = 'owner-owner-owner'
const worker = 'worker-worker-worker'

/** The texts of a row: ready, delayed, in flight and so on. */
async function cells(page: Page, name: string): Promise<string[]> {
  return page
    .locator('tbody tr', { has: page.getByRole('button', { name, exact: true }) })
    .locator('td')
    .allInnerTexts()
}

const names = (page: Page): Promise<string[]> => page.locator('.name').allInnerTexts()
const choose = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()

/** What is expected of it a second later, when the page has asked again. */
const soon = <T>(read: () => Promise<T>) => expect.poll(read, { timeout: 50_000 })

describe.skipIf(chromium === undefined)('the page, if there is a Chromium to open it with', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launch()
  })
  afterAll(() => browser.close())

  test('shows the deepest queue first, and how depths change', async () => {
    const { engine, url } = await watch()
    await engine.create('shallow')
    await engine.create('deep')
    await engine.sendMany('deep', Array(2000).fill({ body: 'x' }))
    const page = await open(browser, url)
    await soon(() => names(page)).toEqual(['deep', 'shallow'])
    expect((await cells(page, 'deep')).slice(1, 4)).toEqual(['2,000', '0', '0'])
    await engine.send('shallow', 'a', { delayMs: 60_000 })
    await engine.send('shallow', 'b')
    await engine.receive('deep', { max: 5 })
    await engine.pause('shallow')
    await soon(async () => (await cells(page, 'shallow')).slice(1, 4)).toEqual(['1', '1', '0'])
    expect((await cells(page, 'deep')).slice(1, 4)).toEqual(['1,995', '0', '5'])
    expect((await cells(page, 'shallow'))[0]).toContain('paused')
  })

  test('shows how much is sent and acknowledged in a second', async () => {
    const { engine, url } = await watch()
    await engine.create('a')
    const page = await open(browser, url)
    await soon(async () => (await cells(page, 'a')).slice(4, 6)).toEqual(['0', '0'])
    // As long as it is looked for: the page shows what was done since it asked before.
    const rates = async () => {
      await engine.sendMany('a', Array(500).fill({ body: 'x' }))
      for (const { lease } of await engine.receive('a', { max: 100 })) await engine.ack(lease)
      const [sent = 0, acked = 0] = (await cells(page, 'a')).slice(4, 6).map((text) => Number(text.replaceAll(',', '')))
      return [sent > 50, acked > 10]
    }
    await soon(rates).toEqual([true, true])
  })

  test('purges only what was typed in full', async () => {
    const { engine, url } = await watch()
    await engine.create('orders')
    await engine.sendMany('orders', Array(3).fill({ body: 'x' }))
    const page = await open(browser, url)
    await choose(page, 'orders')
    await page.click('#purge')
    expect(await page.textContent('#confirm-text')).toBe('This drops 3 messages for good. To confirm, type orders')
    await page.fill('#confirm-name', 'order')
    expect(await page.isDisabled('#confirm-purge')).toBe(true)
    await page.press('#confirm-name', 'Enter')
    await page.fill('#confirm-name', 'orders')
    expect((await engine.stats('orders')).ready).toBe(3)
    await page.click('#confirm-purge')
    await soon(() => page.textContent('#result')).toBe('Purged 3 messages.')
    expect(await engine.stats('orders')).toMatchObject({ ready: 0, purged: 3 })
    await soon(() => page.textContent('#messages')).toBe('No message is ready.')
  })

  test('redrives, pauses and resumes', async () => {
    const { engine, url } = await watch()
    await engine.create('dead')
    await engine.create('jobs', { maxDeliveries: 1, deadLetterQueue: 'dead' })
    await engine.sendMany('jobs', Array(2).fill({ body: 'x' }))
    for (const { lease } of await engine.receive('jobs', { max: 2 })) await engine.nack(lease)
    const page = await open(browser, url)
    await choose(page, 'dead')
    await page.click('#redrive')
    await soon(() => page.textContent('#result')).toBe('2 messages went back to where they came from.')
    expect([(await engine.stats('jobs')).ready, (await engine.stats('dead')).ready]).toEqual([2, 0])
    await page.click('#pause')
    await soon(() => page.textContent('#pause')).toBe('Resume')
    expect((await engine.stats('dead')).isPaused).toBe(true)
    await page.click('#pause')
    await soon(() => page.textContent('#pause')).toBe('Pause')
    expect((await engine.stats('dead')).isPaused).toBe(false)
  })

  test('shows how many dead letters there are, where they are, and redrives no others', async () => {
    const { engine, url } = await watch()
    await engine.create('grave')
    await engine.create('jobs', { maxDeliveries: 1, deadLetterQueue: 'grave' })
    await engine.sendMany('jobs', Array(3).fill({ body: 'x' }))
    for (const { lease } of await engine.receive('jobs', { max: 3 })) await engine.nack(lease)
    await engine.receive('grave', { leaseMs: 0 })
    const page = await open(browser, url)
    const dead = async (name: string) => (await cells(page, name))[7]
    await soon(() => dead('jobs')).toBe('2')
    expect([await dead('grave'), await page.locator('td.bad').allInnerTexts()]).toEqual(['–', ['2']])
    await page.selectOption('#sort', 'deadLetters')
    await soon(() => names(page)).toEqual(['jobs', 'grave'])
    await choose(page, 'jobs')
    const fact = (title: string) => page.locator('#facts > div', { has: page.getByText(title, { exact: true }) })
    expect(await fact('Dead-lettered so far').locator('dd.faint').textContent()).toBe('3')
    expect([await page.isDisabled('#redrive'), await page.getAttribute('#redrive', 'title')]).toEqual([
      true,
      'No queue that you see sends its dead letters here',
    ])
    await fact('Dead letters go to').getByRole('link', { name: 'grave' }).click()
    expect(await page.textContent('#detail-name')).toBe('grave')
    expect(await page.isDisabled('#redrive')).toBe(false)
    await fact('Dead letters of').getByRole('link', { name: 'jobs' }).click()
    expect(await page.textContent('#detail-name')).toBe('jobs')
    await engine.purge('grave')
    await soon(() => fact('Dead letters').locator('dd').textContent()).toBe('0')
    expect(await page.locator('td.bad').count()).toBe(0)
  })

  test('shows how many dedup keys are remembered, and how many messages are damaged, which stands out', async () => {
    const { engine } = await watch()
    await engine.create('orders')
    await engine.send('orders', 'x', { dedupKey: 'k' })
    let damaged = 0
    const stats = async (name: string) => ({ ...(await engine.stats(name)), damaged })
    const { url } = await watch({ engine: { ...failed(engine), stats } })
    const page = await open(browser, url)
    await choose(page, 'orders')
    const fact = (title: string) => page.locator('#facts > div', { has: page.getByText(title, { exact: true }) })
    await soon(() => fact('Dedup keys').locator('dd').textContent()).toBe('1')
    expect([
      await fact('Damaged').locator('dd').textContent(),
      await fact('Damaged').locator('dd.bad').count(),
    ]).toEqual(['0', 0])
    damaged = 3
    await soon(() => fact('Damaged').locator('dd.bad').allTextContents()).toEqual(['3'])
  })

  test.each([
    ['1 min 30 s', 90_000],
    ['without end', Number.POSITIVE_INFINITY],
    ['none', 0],
  ])('shows how long messages are leased, if they are: %s', async (told, leaseMs) => {
    const { engine, url } = await watch()
    await engine.create('orders', { leaseMs })
    const page = await open(browser, url)
    await choose(page, 'orders')
    const fact = page.locator('#facts > div', { has: page.getByText('Lease', { exact: true }) })
    await soon(() => fact.locator('dd').textContent()).toBe(told)
  })

  test('shows names and messages as text, whatever they are', async () => {
    const { engine, url } = await watch()
    const nasty = '"><img src=x onerror="document.title=1"><script>document.title=1</script>'
    await engine.create(nasty)
    await engine.send(nasty, nasty, { headers: { [nasty]: nasty } })
    await engine.send(nasty, new Uint8Array([0, 255]))
    const page = await open(browser, url)
    await choose(page, nasty)
    await soon(() => page.locator('pre').allInnerTexts()).toEqual([nasty, '00 ff'])
    expect(await page.textContent('#detail-name')).toBe(nasty)
    expect(await page.locator('img, script:not([type=module])').count()).toBe(0)
    expect(await page.title()).toBe('Queues')
  })

  test('says when the server is gone, lets nothing be changed then, and goes on when it is back', async () => {
    const first = await watch()
    await first.engine.create('a')
    const page = await open(browser, first.url)
    await choose(page, 'a')
    await first.close()
    await soon(() => page.textContent('#notice')).toMatch(/^The server is gone: no answer since .+ from then\./)
    expect([await page.isVisible('#detail-notice'), await page.isDisabled('#pause')]).toEqual([true, true])
    const second = await watch({}, { port: first.port })
    await second.engine.create('b')
    await soon(() => names(page)).toEqual(['b'])
    expect(await page.isVisible('#notice')).toBe(false)
    expect(await page.textContent('#detail-gone')).toBe('This queue is not there any more.')
  })

  test('says why nothing can be changed, and shows all the same how queues stand', async () => {
    const { engine } = await watch()
    await engine.create('a')
    await engine.send('a', 'tea')
    const { url } = await watch({ engine: failed(engine) })
    const page = await open(browser, url)
    const why = 'nothing can be changed since the disk failed'
    await soon(() => page.textContent('#notice')).toBe(`Read-only: ${why}.`)
    await choose(page, 'a')
    await soon(() => page.locator('pre').allTextContents()).toEqual(['tea'])
    await page.click('#pause')
    await soon(() => page.textContent('#result')).toBe(why)
  })

  test('asks for a token, and shows what it gives the right to', async () => {
    const { engine, url } = await watch({ tokens: [{ token: owner }, { token: worker, rights: ['receive'] }] })
    await engine.create('a')
    const page = await open(browser, url)
    await page.fill('#token', 'nobody-nobody-nobody')
    await page.press('#token', 'Enter')
    await soon(() => page.textContent('#login-error')).toBe('This token is not known.')
    expect(await names(page)).toEqual([])
    await page.fill('#token', worker)
    await page.press('#token', 'Enter')
    await choose(page, 'a')
    expect([await page.isVisible('#actions'), await page.isVisible('#looks-only')]).toEqual([false, true])
    const other = await open(browser, url)
    await other.fill('#token', owner)
    await other.press('#token', 'Enter')
    await choose(other, 'a')
    await other.click('#pause')
    await soon(() => other.textContent('#pause')).toBe('Resume')
  })

  test('finds one of a thousand queues, and fits a narrow screen', async () => {
    const { engine, url } = await watch()
    for (let n = 0; n < 1000; n++) await engine.create(`queue-${n}-${'long'.repeat(40)}`)
    const page = await open(browser, url, 390)
    await soon(async () => (await names(page)).length).toBe(100)
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390)
    await page.fill('#search', 'QUEUE-777-')
    await soon(async () => (await names(page)).length).toBe(1)
    await page.fill('#search', 'no such queue')
    expect(await page.textContent('#none')).toBe('No queue has that in its name.')
    await page.fill('#search', '')
    await page.click('#more')
    expect(await names(page)).toHaveLength(1000)
  })

  test('keeps figures apart on a narrow screen, however long they are', async () => {
    const clock = new HandClock()
    const engine = await openQueues({ path: ':memory:', clock })
    const { url } = await watch({ engine })
    await engine.create('a')
    await engine.sendMany('a', Array(12_345).fill({ body: '' }))
    clock.nowMs += 59 * 60_000 + 59_000
    const page = await open(browser, url, 360)
    await soon(async () => (await cells(page, 'a'))[6]).toContain('59 min')
    const gaps: number[] =
      await page.evaluate(`[...document.querySelectorAll('tbody td + td')].flatMap((cell, i, all) => {
      const boxOf = (node) => {
        const range = document.createRange()
        range.selectNodeContents(node)
        return range.getBoundingClientRect()
      }
      const [box, next] = [boxOf(cell), all[i + 1] && boxOf(all[i + 1])]
      return next && next.left > box.left ? [next.left - box.right] : []
    })`)
    expect(gaps.length).toBeGreaterThan(3)
    expect(Math.min(...gaps)).toBeGreaterThan(4)
  })
})
