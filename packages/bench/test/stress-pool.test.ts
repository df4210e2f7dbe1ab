import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { audit, ConsumerBook, ProducerBook } from '../src/stress/pool/books.ts'
import { Items } from '../src/stress/pool/items.ts'
import { Latencies } from '../src/stress/pool/latencies.ts'
import type { Report } from '../src/stress/pool/run.ts'

const main = fileURLToPath(new URL('../src/stress/main.ts', import.meta.url))
const args = (...options: string[]) => ['--conditions=@millrace/source', main, 'pool', ...options]

async function reportOf(...options: string[]): Promise<Report> {
  const implementation = options[0]?.startsWith('-') === false ? [] : ['naive']
  const { stdout } = await promisify(execFile)(process.execPath, args(...implementation, ...options, '--json'))
  return JSON.parse(stdout)
}

describe('stress pool', () => {
  test('drains every accepted item once, and stops when all are submitted', async () => {
    const report = await reportOf('-p', '4', '-t', '500', '-c', '2', '-b', '50', '-d', '60')
    expect(report).toMatchObject({
      accepted: 2000,
      drained: 2000,
      missing: 0,
      twice: 0,
      faults: [],
      interrupted: false,
    })
    expect(report.latencyUs.count).toBe(2000)
    expect(report.drainCallUs.count).toBe(report.drains)
  })

  test.each(['heap', 'bucket', 'shared', 'http'])(
    'drains every accepted item once and in order: %s',
    async (implementation) => {
      const batches = ['--submit-batch-size', '10', '--priority-range', '0..255']
      const report = await reportOf(
        implementation,
        '-p',
        '4',
        '-t',
        '500',
        '-c',
        '2',
        '-b',
        '50',
        '-d',
        '60',
        ...batches,
      )
      expect(report).toMatchObject({ accepted: 2000, drained: 2000, missing: 0, twice: 0, faults: [] })
    },
  )

  test('stops when the time is over, and keeps to the rate', async () => {
    const { ms, submittedInTime, faults } = await reportOf('-p', '2', '-d', '0.5', '--submission-rate', '1000')
    expect(faults).toEqual([])
    expect(ms).toBeGreaterThanOrEqual(490)
    expect(submittedInTime).toBeLessThanOrEqual((2 * 1000 * ms) / 1000 + 2)
  })

  test('counts submits that found no room in time as errors, and their items not as accepted', async () => {
    const limits = ['--submit-buffer', '1', '--submit-timeout-us', '0', '--drain-interval-us', '5000']
    const report = await reportOf('-p', '3', '-d', '0.3', '-b', '1', ...limits)
    expect(report.submitErrors).toBeGreaterThan(0)
    expect(report.faults).toEqual([])
    expect(report.accepted).toBe(report.drained)
  })

  test('says in one sentence that the port is in use, and writes the result into a file', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const run = (...options: string[]) => promisify(execFile)(process.execPath, args('http', '-d', '60', ...options))
    await expect(run('--http-port', String(port))).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /^millrace-pool: cannot listen .*EADDRINUSE\)\nerror: the HTTP server did not start\n$/,
      ),
    })
    await new Promise((resolve) => server.close(resolve))
    const folder = await mkdtemp(join(tmpdir(), 'stress-'))
    const file = join(folder, 'result.json')
    const { stdout } = await run('-p', '1', '-t', '5', '--json', file)
    expect(stdout).toContain('all 5 accepted items were drained, each once')
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ accepted: 5, plan: { implementation: 'http' } })
    await rm(folder, { recursive: true })
  })

  test('ends early by Ctrl-C, with its report', async () => {
    const child = spawn(process.execPath, args('naive', '-d', '60'), { stdio: ['ignore', 'pipe', 'pipe'] })
    const output = text(child.stdout)
    const ended = once(child, 'exit')
    const [line] = await once(createInterface({ input: child.stderr }), 'line')
    expect(String(line)).toMatch(/^\d+ s {2}submitted .* drained .* errors 0 \+ 0 {2}p50 /)
    child.kill('SIGINT')
    expect(await ended).toEqual([0, null])
    expect(await output).toMatch(/, interrupted\n[\s\S]* items\/s\n[\s\S]*submit → drain[\s\S]*each once\n$/)
  })

  test.each([
    [['heap?']],
    [['naive', '-p', '0']],
    [['naive', '-p', '']],
    [['naive', '--payload-range', '9..1']],
    [['naive', '--nothing']],
    [['http', '--http-port', '65536']],
    [['naive', '--json', '/nowhere/result.json']],
    [[]],
  ])('refuses %j with exit code 2', async (options) => {
    await expect(promisify(execFile)(process.execPath, args(...options))).rejects.toMatchObject({ code: 2 })
  })
})

describe('audit', () => {
  test('finds what is missing, came twice, was never submitted or was refused', () => {
    const producer = new ProducerBook()
    Object.assign(producer, { attempted: 6, accepted: 4 })
    producer.refused.add(4)
    producer.doubtful.add(5)
    const consumer = new ConsumerBook(1)
    for (const number of [0, 1, 1, 4, 5, 7]) consumer.note(0, number)
    expect(audit([producer], consumer)).toMatchObject({
      accepted: 4,
      drained: 6,
      missing: 2,
      twice: 1,
      unsent: 2,
      inDoubt: 1,
    })
  })
})

describe('Items', () => {
  const make = (seed: number) => new Items(seed, { least: 3, most: 9 }, { least: 5, most: 7 })

  test('are the same for the same seed, and within their ranges', () => {
    const [items, same] = [make(1), make(1)]
    for (let number = 0; number < 1000; number++) {
      const { at: _, ...item } = items.make(2, number)
      expect(same.make(2, number)).toMatchObject(item)
      expect([5, 6, 7]).toContain(item.priority)
      expect(item.payload.length).toBeGreaterThanOrEqual(3)
      expect(item.payload.length).toBeLessThanOrEqual(9)
    }
  })

  test('tell one that was changed on its way', () => {
    const item = make(1).make(0, 0)
    expect(make(1).isWhole(item)).toBe(true)
    expect(make(1).isWhole({ ...item, payload: `${item.payload}x` })).toBe(false)
    expect(make(1).isWhole({ ...item, priority: 8 })).toBe(false)
  })
})

describe('Latencies', () => {
  test('give percentiles of short and of long values together', () => {
    const latencies = new Latencies()
    for (let i = 1; i <= 1000; i++) latencies.record(i / 100)
    const { count, p50, p99, max } = latencies.percentiles()
    expect(count).toBe(1000)
    expect(Math.abs(p50 - 5000) / 5000).toBeLessThan(0.002)
    expect(Math.abs(p99 - 9900) / 9900).toBeLessThan(0.002)
    expect(Math.abs(max - 10_000) / 10_000).toBeLessThan(0.002)
    latencies.record(1)
    expect(latencies.percentiles().count).toBe(1001)
  })
})
