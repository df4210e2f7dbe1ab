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

/** A terminal, or a stream that is none; keeps what is written to it. */
class Screen extends Writable {
  readonly isTTY: boolean
  readonly columns = 80
  written = ''

  constructor(isTTY = true) {
    super({ decodeStrings: false })
    this.isTTY = isTTY
  }

  override _write(text: string, _encoding: string, done: () => void): void {
    this.written += text
    done()
  }

  /** The last line of a stage that was drawn. */
  last(stage: string): string | undefined {
    return stripVTControlCharacters(this.written)
      .split('\n')
      .findLast((line) => line.startsWith(stage))
  }
}

function displayed(screen: Screen): ReturnType<typeof displayOn> {
  // The screen has what the display uses of a terminal.
  return displayOn(screen as unknown as NodeJS.WriteStream)
}

describe('on a terminal', () => {
  it('draws one line per stage', () => {
    const screen = new Screen()
    const display = displayed(screen)
    for (let i = 1; i <= 30; i++) display.show(progress(i * 100, i * 10))
    expect(screen.last('walk')).toMatch(/^walk +2 +1 +300 +100 +0\.1$/)
    display.close()
    expect(screen.listenerCount('resize')).toBe(0)
  })

  it('starts its rates again when another flow begins', () => {
    const screen = new Screen()
    const display = displayed(screen)
    display.show(progress(5000, 1000))
    display.show(progress(100, 10))
    display.show(progress(200, 20))
    expect(screen.last('walk')).toMatch(/ 100 +0\.1$/)
    display.close()
  })
})

describe('elsewhere', () => {
  it('writes a plain line about once a second', () => {
    const screen = new Screen(false)
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
    const screen = new Screen(false)
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
