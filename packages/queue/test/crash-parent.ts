import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** A process that uses queues, and what it told. */
export class CrashChild {
  readonly #child: ChildProcess
  readonly #lines: string[][] = []
  readonly #exit: Promise<unknown>
  readonly #closed: Promise<unknown>
  #heard = () => {}
  errors = ''

  constructor(path: string, sync: string, seed: number, mode: 'work' | 'hold' | 'idle' | 'exit' = 'work') {
    const file = fileURLToPath(new URL('./crash-child.ts', import.meta.url))
    const args = [
      '--conditions=@millrace/source',
      '--disable-warning=ExperimentalWarning',
      file,
      path,
      sync,
      `${seed}`,
      mode,
    ]
    this.#child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    this.#exit = once(this.#child, 'exit')
    const lines = createInterface({ input: this.#child.stdout as NodeJS.ReadableStream })
    lines.on('line', (line) => {
      if (line.endsWith(']')) this.#lines.push(JSON.parse(line)) // The last one may be cut off.
      this.#heard()
    })
    this.#closed = once(lines, 'close')
    this.#child.stderr?.on('data', (text) => {
      this.errors += text
    })
  }

  get pid(): number {
    return this.#child.pid as number
  }

  /** What it told, of one kind. */
  told(kind: string): string[] {
    return this.#lines.filter(([each]) => each === kind).flatMap(([, what]) => what ?? kind)
  }

  /** Resolves when it has told so much of a kind; rejects when it has ended before. */
  async until(kind: string, count = 1): Promise<void> {
    while (this.told(kind).length < count) {
      const heard = new Promise<void>((resolve) => {
        this.#heard = resolve
      })
      const ended = this.#closed.then(() => this.told(kind).length < count)
      if ((await Promise.race([heard, ended])) === true) throw new Error(`it ended: ${this.errors}`)
    }
  }

  /** Ends it. Resolves when all that it told has been heard. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    this.#child.kill(signal)
    await this.ended()
  }

  async ended(): Promise<unknown> {
    const [exit] = await Promise.all([this.#exit, this.#closed])
    return exit
  }
}
