import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { onTestFinished } from 'vitest'
import type { Report } from '../src/api.ts'

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))

/** A folder that is gone after the test, with these files in it. */
export function folderOf(files: Readonly<Record<string, string | Uint8Array>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'logs-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true })
    writeFileSync(join(folder, name), content)
  }
  return folder
}

/** A line of the common format. */
export function line(path: string, status = 200, bytes: number | '-' = 1): string {
  return `10.0.0.1 - - [21/Nov/2026:11:00:00 +0000] "GET ${path} HTTP/1.1" ${status} ${bytes}\n`
}

/** What a program did. */
export interface Outcome {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Starts the program. */
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
  const [code] = await once(child, 'close')
  return { code, ...read }
}

/** Starts the program and waits until it has ended. */
export function run(args: readonly string[], options?: SpawnOptions): Promise<Outcome> {
  return outcome(start(args, options))
}

/** What a folder adds up to, found out the plain way: all in memory, with split and sort. `names` says which files; all by default. */
export function naive(folder: string, names: readonly string[] = readdirSync(folder)): Omit<Report, 'elapsedMs'> {
  const lines = names.flatMap((name) => linesOf(join(folder, name)))
  const found = lines.map((text) => text.match(/\] "(.*?[^\\])" (\d+) (\S+)/)).filter((match) => match !== null)
  const requests = found.map(([, request = '', status = '', bytes = '']) => ({
    path: request.includes(' HTTP/') ? (request.split(' ')[1] ?? '').split('?')[0] : '-',
    class: `${status[0]}xx`,
    bytes: bytes === '-' ? 0 : Number(bytes),
  }))
  const inClass = (name: string): number => requests.filter((request) => request.class === name).length
  const sizes = requests.map(({ bytes }) => bytes).sort((a, b) => a - b)
  const paths = Object.entries(Object.groupBy(requests, ({ path }) => path ?? ''))
  return {
    files: names.length,
    requests: requests.length,
    badLines: lines.length - requests.length,
    status: {
      '1xx': inClass('1xx'),
      '2xx': inClass('2xx'),
      '3xx': inClass('3xx'),
      '4xx': inClass('4xx'),
      '5xx': inClass('5xx'),
      other: 0,
    },
    bytes: sizes.reduce((sum, size) => sum + size, 0),
    size: { p50: rank(sizes, 0.5), p99: rank(sizes, 0.99) },
    paths: paths
      .map(([path, { length } = []]) => ({ path, requests: length ?? 0 }))
      .sort((a, b) => b.requests - a.requests || (a.path < b.path ? -1 : 1))
      .slice(0, 10),
    otherPaths: 0,
    problems: [],
  }
}

function linesOf(path: string): string[] {
  const bytes = readFileSync(path)
  const text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('latin1')
  return text.split('\n').filter((one) => one.trim() !== '')
}

function rank(sorted: readonly number[], share: number): number {
  return sorted[Math.ceil(share * sorted.length) - 1] ?? 0
}
