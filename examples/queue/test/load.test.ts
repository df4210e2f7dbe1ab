import { describe, expect, test } from 'vitest'
import { putUnderLoad } from '../src/put-under-load.ts'
import { serve } from '../src/serve.ts'

const load = { clients: 4, iterations: 20, depth: 32, bodyBytes: 128 }

describe('the load', () => {
  test.each([
    ['one server', 1],
    ['four servers of one engine', 4],
  ])('of every client arrives once, by %s', async (_, servers) => {
    const { urls, close } = await serve(':memory:', 0, servers)
    expect(new Set(urls).size).toBe(servers)
    const { messages, requestsPerSecond } = await putUnderLoad(urls, load)
    expect(messages).toBe(4 * 20 * 32)
    expect(requestsPerSecond).toBeGreaterThan(0)
    await close()
  })

  test('finds nothing to listen at where somebody else does, and leaves nothing open', async () => {
    const { urls, close } = await serve(':memory:', 0, 1)
    const port = Number(new URL(urls[0] as string).port)
    await expect(serve(':memory:', port, 1)).rejects.toMatchObject({ code: 'EADDRINUSE' })
    await close()
    const again = await serve(':memory:', port, 1)
    await again.close()
  })
})
