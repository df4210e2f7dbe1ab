import { Writable } from 'node:stream'
import { stripVTControlCharacters } from 'node:util'
import { describe, expect, it } from 'vitest'
import type { Progress } from '../src/api.ts'
import { displayOn } from '../src/display.ts'
import { plainLine, stageLine } from '../src/format.ts'

function progress(elapsedMs: number, done: number): Progress {
  const names = ['walk', 'read', 'digest', 'write']
  return {
    elapsedMs,
    stages: names.map((name) => ({ name, running: 2, waiting: 1, done, bytes: done * 1000, busy: 0.5 })),
  }
}

/** A terminal that keeps what is on its screen: enough of one for cursor up, erase and line feeds. */
class Screen extends Writable {
  readonly isTTY: boolean
  columns: number
  rows = 24
  lines: string[] = ['']
  written = ''
  #row = 0

  constructor(columns: number, isTTY = true) {
    super({ decodeStrings: false })
    this.columns = columns
    this.isTTY = isTTY
  }

  getWindowSize(): [number, number] {
    return [this.columns, this.rows]
  }

  /** Makes the terminal narrower or wider as most do: rows that are too long now are wrapped. */
  resize(columns: number): void {
    const wrapped: string[] = []
    for (const [i, line] of this.lines.entries()) {
      if (i === this.#row) this.#row = wrapped.length
      for (let at = 0; at === 0 || at < line.length; at += columns) wrapped.push(line.slice(at, at + columns))
    }
    this.lines = wrapped
    this.columns = columns
    this.emit('resize')
  }

  override _write(text: string, _encoding: string, done: () => void): void {
    this.written += text
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the control sequences are what is taken apart.
    for (const [part, count, code] of text.matchAll(/\u001b\[\??(\d*)([A-Za-z])|\r|\n|[^\u001b\r\n]+/g)) {
      if (code === 'A') this.#row = Math.max(0, this.#row - Number(count || 1))
      else if (code === 'B') this.#row += Number(count || 1)
      else if (code === 'J') this.lines.length = this.#row + 1
      else if (code === 'K' && count === '2') this.lines[this.#row] = ''
      else if (part === '\n') this.lines[++this.#row] ??= ''
      else if (code === undefined && part !== '\r') this.lines[this.#row] = part
      if (code === 'J') this.lines[this.#row] = ''
    }
    done()
  }

  /** What stands on the screen. */
  get shown(): string[] {
    return this.lines.filter((line) => line !== '')
  }
}

function displayed(screen: Screen): ReturnType<typeof displayOn> {
  // The screen has what the display uses of a terminal.
  return displayOn(screen as unknown as NodeJS.WriteStream)
}

describe('on a terminal', () => {
  it('redraws one line per stage in place', () => {
    const screen = new Screen(80)
    const display = displayed(screen)
    for (let i = 1; i <= 30; i++) display.show(progress(i * 100, i * 10))
    expect(screen.shown).toHaveLength(5)
    expect(screen.shown[1]).toMatch(/^walk +2 +1 +300 +100 +0\.1$/)
    display.close()
    expect(screen.shown).toHaveLength(5)
  })

  it('cuts lines to the width', () => {
    const screen = new Screen(20)
    const display = displayed(screen)
    display.show(progress(100, 10))
    display.close()
    for (const line of screen.shown) expect(line.length).toBeLessThan(20)
  })

  it('leaves nothing behind when the terminal gets narrower or wider', () => {
    const screen = new Screen(100)
    screen.write('before\n')
    const display = displayed(screen)
    for (const [i, columns] of [100, 40, 25, 13, 100, 30, 200, 61, 60].entries()) {
      screen.resize(columns)
      display.show(progress(i * 100, i * 10))
      expect(screen.shown, `at ${columns}`).toHaveLength(6)
      expect(screen.shown[0]).toBe('before')
      expect(screen.shown[1]?.startsWith('stage')).toBe(true)
    }
    display.close()
    expect(screen.listenerCount('resize')).toBe(0)
  })

  it('starts its rates again when another flow begins', () => {
    const screen = new Screen(80)
    const display = displayed(screen)
    display.show(progress(5000, 1000))
    display.show(progress(100, 10))
    display.show(progress(200, 20))
    expect(screen.shown[1]).toMatch(/ 100 +0\.1$/)
    display.close()
  })
})

describe('elsewhere', () => {
  it('writes a plain line about once a second', () => {
    const screen = new Screen(80, false)
    const display = displayed(screen)
    for (let ms = 100; ms <= 5000; ms += 100) display.show(progress(ms, ms))
    display.close()
    const lines = screen.written.trimEnd().split('\n')
    expect(lines).toHaveLength(5)
    expect(lines[0]).toBe(
      '   1.0 s | walk 1,000 +2 | read 1,000 +2 | digest 1,000 +2 | write 1,000 +2 | 1 MB at 1.0 MB/s',
    )
    expect(stripVTControlCharacters(screen.written)).toBe(screen.written)
  })

  it('goes on when another flow begins', () => {
    const screen = new Screen(80, false)
    const display = displayed(screen)
    display.show(progress(9000, 1))
    display.show(progress(100, 1))
    display.show(progress(1100, 1))
    expect(screen.written.split('\n')).toHaveLength(3)
  })
})

describe('a line', () => {
  it('leaves the rate of bytes empty where it says nothing', () => {
    const stage = { name: 'manifest', running: 0, waiting: 3, done: 12345, bytes: undefined, busy: 0 }
    expect(stageLine(stage, { items: 7, bytes: undefined })).toBe(
      'manifest          0         3    12,345         7          ',
    )
    expect(plainLine({ elapsedMs: 0, stages: [] })).toBe('   0.0 s |  | 0 B at 0.0 MB/s')
  })
})
