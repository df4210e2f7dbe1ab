import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { createCipheriv, createHash } from 'node:crypto'
import { once } from 'node:events'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import { randomFrom } from '../../../tooling/testing/random.ts'
import { pack } from '../src/pack.ts'
import { manifestPath } from '../src/store.ts'

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))

/** A folder that is gone after the test. */
export function temporary(): string {
  const folder = mkdtempSync(join(tmpdir(), 'pack-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Files by name; a name that ends in a slash is a directory. */
export function tree(folder: string, files: Readonly<Record<string, string | Uint8Array>>): string {
  mkdirSync(folder, { recursive: true })
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name)
    if (name.endsWith('/')) mkdirSync(path, { recursive: true })
    else {
      mkdirSync(join(path, '..'), { recursive: true })
      writeFileSync(path, content)
    }
  }
  return folder
}

/** Bytes that do not compress, the same for the same seed. */
export function noise(length: number, seed: number): Buffer {
  const key = createHash('sha256').update(String(seed)).digest().subarray(0, 16)
  return createCipheriv('aes-128-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(length))
}

/** A folder of files of many sizes with links among them. */
export function randomTree(folder: string, seed: number, files: number): string {
  const next = randomFrom(seed)
  mkdirSync(folder, { recursive: true })
  for (let i = 0; i < files; i++) {
    const parent = join(folder, `d${Math.floor(next() * 8)}`, `e${Math.floor(next() * 4)}`)
    mkdirSync(parent, { recursive: true })
    const path = join(parent, `f${i}`)
    writeFileSync(path, noise(Math.floor(2 ** (next() * 16)), next() < 0.2 ? 1 : i))
    utimesSync(path, 1e9, Math.floor(1e9 + next() * 1e6) / 7)
    if (next() < 0.1) symlinkSync(`../${i}`, join(parent, `l${i}`))
  }
  return folder
}

/** Every file below a folder with its bytes, as one string to compare. */
export function contents(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => {
      const path = join(parentPath, name)
      return `${path.slice(folder.length)} ${createHash('sha256').update(readFileSync(path)).digest('hex')}`
    })
    .sort()
}

/** What a program did. */
export interface Outcome {
  readonly code: number | null
  readonly signal: string | null
  readonly stdout: string
  readonly stderr: string
}

/** Starts the program as the root script of the workspace does. */
export function start(args: readonly string[], options: SpawnOptions = {}): ChildProcess {
  return spawn(process.execPath, ['--conditions=@millrace/source', main, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...options,
    env: { ...process.env, NODE_OPTIONS: '', ...options.env },
  })
}

/** Waits until a program has ended. */
export async function outcome(child: ChildProcess): Promise<Outcome> {
  const read = { stdout: '', stderr: '' }
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (read.stdout += text))
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (read.stderr += text))
  const [code, signal] = await once(child, 'close')
  return { code, signal, ...read }
}

/** Starts the program and waits until it has ended. */
export function run(args: readonly string[], options?: SpawnOptions): Promise<Outcome> {
  return outcome(start(args, options))
}

/** Waits until something outside of this process is so. */
export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 2))
}

/** A folder of these files, and a store that it is packed into. */
export async function packed(
  files: Record<string, string | Uint8Array>,
  more: (folder: string) => void = () => {},
): Promise<{ base: string; folder: string; store: string }> {
  const base = temporary()
  const folder = tree(join(base, 'in'), files)
  more(folder)
  const store = join(base, 'store')
  await pack({ folder, store })
  return { base, folder, store }
}

/** Finds the object of a file's first chunk. */
export function objectsByFile(store: string): (name: string) => string {
  const lines = readFileSync(manifestPath(store), 'utf8').trim().split('\n')
  const records = lines.map((line) => JSON.parse(line) as { path?: string; chunks?: string[] })
  return (name) => {
    const hash = records.find(({ path }) => path === name)?.chunks?.[0] ?? ''
    return join(store, 'objects', hash.slice(0, 2), `${hash.slice(2)}.zst`)
  }
}
