import { describe, expect, test } from 'vitest'
import { failed, watch } from './http-support.ts'

async function health(get: (path: string) => Promise<Response>): Promise<[number, unknown]> {
  const answer = await get('/health')
  return [answer.status, await answer.json()]
}

describe('GET /health', () => {
  test('answers 200 while the engine takes changes', async () => {
    const { get } = await watch()
    expect(await health(get)).toEqual([200, { status: 'ok' }])
  })

  test('makes no queue, and changes none', async () => {
    const { get, engine } = await watch()
    await engine.create('a')
    await engine.pause('a')
    await get('/health')
    expect(await engine.list()).toEqual(['a'])
    expect(await engine.stats('a')).toMatchObject({ isPaused: true })
  })

  test('answers 503 with the reason once the engine is closed', async () => {
    const { get, engine } = await watch()
    await engine.close()
    expect(await health(get)).toEqual([503, { status: 'unavailable', reason: 'the engine has been closed' }])
  })

  test('answers 503 with the reason when the engine is read-only, and all can be looked at', async () => {
    const { engine } = await watch()
    await engine.create('a')
    const { get } = await watch({ engine: failed(engine) })
    expect(await health(get)).toEqual([
      503,
      { status: 'unavailable', reason: 'nothing can be changed since the disk failed' },
    ])
    expect(await (await get('/api/queues')).json()).toMatchObject({
      readOnly: 'nothing can be changed since the disk failed',
      queues: [{ name: 'a', ready: 0 }],
    })
    expect(await (await get('/metrics')).text()).toContain('\nmillrace_queue_writable 0\n')
  })

  test('needs no token', async () => {
    const { get } = await watch({ tokens: [{ token: 'a token of 16 or more'.replaceAll(' ', '-') }] })
    expect(await health(get)).toEqual([200, { status: 'ok' }])
  })
})
