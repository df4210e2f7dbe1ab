import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, onTestFinished } from 'vitest'
import { type Ended, endOf, outcomeOf, start } from '../../../tooling/testing/command.ts'
import type { Listening } from '../src/index.ts'

const cli = new URL('../src/cli.ts', import.meta.url)

/** Runs it to its end. */
export async function ended(...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const { code, out, err } = await outcomeOf(start(cli, args))
  return { code, out, err }
}

/** The command while it listens. */
export interface Running {
  readonly child: ChildProcess
  readonly lines: readonly string[]
  /** Where the queues are. */
  readonly at: Listening
  /** Where the page is. */
  readonly page: string
  readonly end: Promise<Ended>
}

/** Starts it at free ports; resolves when it listens. */
export async function running(...args: string[]): Promise<Running> {
  const child = start(cli, ['--port', '0', '--http-port', '0', ...args])
  const end = endOf(child)
  const lines: string[] = []
  for await (const line of createInterface({ input: child.stdout ?? process.stdin })) {
    lines.push(line)
    if (lines.length === 2) break
  }
  const [, url = '', port] = /(millraces?:\/\/\S+:(\d+))/.exec(lines[0] ?? '') ?? expect.unreachable((await end).err)
  const page = /https?:\/\/\S+:\d+/.exec(lines[1] ?? '')?.[0] ?? ''
  return { child, lines, at: { url, host: '127.0.0.1', port: Number(port) }, page, end }
}

/** A folder of its own, until the test is over. */
export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'millrace-queue-server-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

/** A file of its own, until the test is over. */
export function file(name: string, content: string): string {
  const path = join(folder(), name)
  writeFileSync(path, content)
  return path
}
