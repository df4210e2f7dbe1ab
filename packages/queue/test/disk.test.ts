import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openQueues } from '../src/index.ts'
import { folderDisk } from '../src/log/disk.ts'

const ROOM_BYTES = 2 ** 18

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'queue-disk-'))
})

afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

describe('a file with room ahead', () => {
  test('is as long as before when what is appended fits, and ends where that does when it is trimmed', () => {
    const disk = folderDisk(folder)
    const file = disk.create('log')
    file.append(new Uint8Array(3).fill(1))
    expect(disk.size('log')).toBe(ROOM_BYTES)
    file.append(new Uint8Array(2).fill(2))
    expect(disk.size('log')).toBe(ROOM_BYTES)
    expect([...file.read(0, 7)]).toEqual([1, 1, 1, 2, 2, 0, 0])
    file.trim()
    expect(disk.size('log')).toBe(5)
    file.close()
  })

  test('has more of it when that is used up', () => {
    const disk = folderDisk(folder)
    const file = disk.create('log')
    for (let count = 0; count < 20; count++) file.append(new Uint8Array(20_000).fill(count + 1))
    expect(disk.size('log')).toBe(2 * ROOM_BYTES)
    for (let count = 0; count < 20; count++)
      expect(new Set(file.read(count * 20_000, 20_000))).toEqual(new Set([count + 1]))
    file.close()
  })

  test('has none for what is a great part of it', () => {
    const disk = folderDisk(folder)
    const file = disk.create('log')
    file.append(new Uint8Array(100_000))
    expect(disk.size('log')).toBe(100_000)
    file.trim()
    expect(disk.size('log')).toBe(100_000)
    file.close()
  })
})

test('a disk without space for room keeps queues all the same', (context) => {
  context.skip(process.platform === 'win32', 'only shells of POSIX limit the size of files')
  const child = fileURLToPath(new URL('./room-child.ts', import.meta.url))
  const command = `ulimit -f 64 && exec "$0" "$@"`
  const node = [process.execPath, '--conditions=@millrace/source', child, join(folder, 'queues')]
  const { stdout, stderr } = spawnSync('sh', ['-c', command, ...node], { encoding: 'utf8' })
  expect(stderr).toBe('')
  expect(JSON.parse(stdout)).toMatchObject({ texts: ['one', 'two', 'three'], messages: 3, tornBytes: 0, damages: [] })
})

describe('a folder of queues', () => {
  const bytesOf = (path: string): number[] =>
    readdirSync(path)
      .filter((name) => name.endsWith('.log'))
      .map((name) => statSync(join(path, name)).size)

  test('that was left without being closed ends in room, which is cut off and is no loss', async () => {
    const [path, left] = [join(folder, 'open'), join(folder, 'left')]
    const queues = await openQueues({ path })
    await queues.create('jobs')
    await queues.send('jobs', 'one')
    cpSync(join(path), left, { recursive: true, filter: (name) => !name.includes('lock') })
    expect(bytesOf(left)).toEqual([ROOM_BYTES])
    await queues.close()
    const again = await openQueues({ path: left })
    expect(again.recovery).toMatchObject({ messages: 1, tornBytes: 0, damages: [] })
    expect(bytesOf(left)[0]).toBeLessThan(1000)
    await again.close()
  })

  test('has no room left when it was closed', async () => {
    const queues = await openQueues({ path: join(folder, 'open') })
    await queues.create('jobs')
    await queues.close()
    for (const bytes of bytesOf(join(folder, 'open'))) expect(bytes).toBeLessThan(10_000)
  })
})
