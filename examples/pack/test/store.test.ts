import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { lockStore } from '../src/lock.ts'
import { objectName, Store, writeDurably } from '../src/store.ts'
import { temporary, tree } from './support.ts'

const hash = (letter: string): string => letter.repeat(64)

describe('open', () => {
  it('refuses a folder that holds something else, and changes nothing in it', async () => {
    const folder = tree(temporary(), { 'tmp/mine': 'precious' })
    await expect(Store.open(folder)).rejects.toMatchObject({ code: 'usage', message: expect.stringContaining('--to') })
    expect(readFileSync(join(folder, 'tmp/mine'), 'utf8')).toBe('precious')
    expect(readdirSync(folder)).toEqual(['tmp'])
  })

  it('removes what a killed packer left half-written', async () => {
    const folder = join(temporary(), 'a/b')
    await (await Store.open(folder))[Symbol.asyncDispose]()
    tree(folder, { 'tmp/half': 'x' })
    await using _store = await Store.open(folder)
    expect(readdirSync(join(folder, 'tmp'))).toEqual([])
  })

  it('names a place where no folder can be made', async () => {
    await expect(Store.open('/proc/none/deeper')).rejects.toMatchObject({
      code: 'store',
      message: 'cannot write /proc/none/deeper: no such file or directory (ENOENT)',
    })
    const path = join(tree(temporary(), { file: '' }), 'file/store')
    await expect(Store.open(path)).rejects.toMatchObject({ code: 'usage' })
  })

  it('works where the folder above may be read only', async (context) => {
    context.skip(process.getuid?.() !== 0, 'only root can mount')
    const base = temporary()
    try {
      execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', base], { stdio: 'ignore' })
    } catch {
      context.skip('this machine lets nobody mount')
    }
    try {
      execFileSync('mount', ['-o', 'remount,ro', base])
      await expect(Store.open(join(base, 'store'))).rejects.toThrow('read-only file system (EROFS)')
      await expect(Store.open(join(base, 'a/b/store'))).rejects.toThrow('read-only file system (EROFS)')
    } finally {
      execFileSync('umount', [base])
    }
  })

  it('names a file where the folder should be', async () => {
    const path = join(tree(temporary(), { file: '' }), 'file')
    await expect(Store.open(path)).rejects.toMatchObject({ code: 'usage' })
  })
})

describe('add', () => {
  it('puts an object under its name, whole, and leaves nothing else', async () => {
    const folder = join(temporary(), 'store')
    {
      await using store = await Store.open(folder)
      expect(await store.add(hash('a'), Buffer.from('packed'))).toBe(true)
      expect(readdirSync(join(folder, 'tmp'))).toEqual([])
    }
    expect(readFileSync(join(folder, objectName(hash('a'))), 'utf8')).toBe('packed')
    expect(readdirSync(folder).toSorted()).toEqual(['objects', 'pack-store.v1'])
  })

  it('writes the same content once, also when asked several times at once', async () => {
    let writes = 0
    await using store = await Store.open(join(temporary(), 'store'), (path, bytes) => {
      writes++
      return writeDurably(path, bytes)
    })
    const answers = await Promise.all([1, 2, 3].map(() => store.add(hash('a'), Buffer.from('x'))))
    answers.push(await store.add(hash('a'), Buffer.from('x')))
    expect([answers.filter((isWritten) => isWritten).length, writes]).toEqual([1, 1])
  })

  it('syncs the folder of every object that is named, also of those that were there before', async () => {
    const folder = join(temporary(), 'store')
    await using store = await Store.open(folder)
    const manifest = await store.manifest()
    store.keep(hash('a'))
    // Only who opens the folder to sync it finds that it is not there.
    await expect(manifest.commit()).rejects.toMatchObject({ code: 'store' })
    await manifest.abandon()
    expect(existsSync(join(folder, 'manifest.jsonl'))).toBe(false)
  })

  it('names the object and the cause when the disk refuses, and leaves no part of it', async () => {
    const folder = join(temporary(), 'store')
    const store = await Store.open(folder, full)
    await expect(store.add(hash('a'), Buffer.alloc(100))).rejects.toMatchObject({
      code: 'store',
      message: `cannot write ${join(folder, objectName(hash('a')))}: no space left on device (ENOSPC)`,
    })
    await store[Symbol.asyncDispose]()
    expect(existsSync(join(folder, objectName(hash('a'))))).toBe(false)
    expect(existsSync(join(folder, 'tmp'))).toBe(false)
  })
})

describe('lock', () => {
  it('lets one packer in and tells the other who has the store', async () => {
    const folder = temporary()
    const lock = await lockStore(folder)
    await expect(lockStore(folder)).rejects.toMatchObject({
      code: 'busy',
      message: `${folder} is in use by another packer (process ${process.pid})`,
    })
    await lock.release()
    await (await lockStore(folder)).release()
    expect(readdirSync(folder)).toEqual([])
  })

  it('takes over from a process that is gone, and from another process that has got its number', async () => {
    const folder = temporary()
    const child = spawn('true')
    await once(child, 'exit')
    writeFileSync(join(folder, `lock-${child.pid}-0`), '')
    writeFileSync(join(folder, `lock-${process.ppid}-1`), '')
    // The machine was started anew since.
    writeFileSync(join(folder, `lock-${process.pid}-0-${'0'.repeat(32)}-${'1'}`), '')
    await (await lockStore(folder)).release()
    expect(readdirSync(folder)).toEqual([])
  })

  it('takes over from a process that is dead and not yet buried', async () => {
    const folder = temporary()
    // The shell starts a child and becomes a program that never waits for it: once killed, the child stays a zombie.
    const parent = spawn('sh', ['-c', 'sleep 60 & echo $!; exec sleep 60'])
    const [pid] = await once(parent.stdout, 'data')
    process.kill(Number(pid), 'SIGKILL')
    writeFileSync(join(folder, `lock-${Number(pid)}-0`), '')
    const lock = await lockStore(folder)
    parent.kill('SIGKILL')
    await lock.release()
    expect(readdirSync(folder)).toEqual([])
  })

  it('keeps out while a process has it that this one cannot see, and tells what to do', async () => {
    const folder = temporary()
    const lock = await lockStore(folder)
    const [own = ''] = readdirSync(folder)
    await lock.release()
    // Number, start and boot of a process that is not there, in another namespace of process numbers.
    const foreign = own.replace(/^lock-\d+-\d+/, 'lock-4194999-1').replace(/\d+$/, '1')
    expect(foreign).toMatch(/^lock-4194999-1-[0-9a-f]{32}-1$/)
    writeFileSync(join(folder, foreign), '')
    await expect(lockStore(folder)).rejects.toMatchObject({
      code: 'busy',
      message: `${folder} is in use by another packer (process 4194999 of another container; if it is gone, remove ${foreign})`,
    })
    expect(readdirSync(folder)).toEqual([foreign])
  })

  it('keeps out while a living process has it', async () => {
    const folder = temporary()
    const child = spawn('sleep', ['60'])
    mkdirSync(join(folder, 'objects'))
    writeFileSync(join(folder, `lock-${child.pid}-0`), '')
    await expect(lockStore(folder)).rejects.toMatchObject({ code: 'busy' })
    child.kill('SIGKILL')
    await once(child, 'exit')
    await (await lockStore(folder)).release()
  })
})

/** A disk that is full after half of the bytes. */
async function full(path: string, bytes: Uint8Array): Promise<void> {
  writeFileSync(path, bytes.subarray(0, bytes.length / 2))
  throw Object.assign(new Error('full'), { code: 'ENOSPC', errno: -28, syscall: 'write' })
}
