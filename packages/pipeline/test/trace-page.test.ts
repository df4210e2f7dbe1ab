import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { from } from '../src/index.ts'
import { Page } from '../src/trace/page/page.ts'
import { type Trace, trace } from '../src/trace.ts'
import { quiet } from './support.ts'
import { VirtualTime } from './virtual-time.ts'

/** As much of an element as the page asks for. */
class FakeElement {
  textContent = ''
  value = ''
  innerHTML = ''
  className = ''
  readonly tag: string
  readonly children: FakeElement[] = []
  readonly classList = { add: (): void => {} }
  readonly #found = new Map<string, FakeElement>()

  constructor(tag: string) {
    this.tag = tag
  }

  get rows(): FakeElement[] {
    return this.children.filter(({ tag }) => tag === 'tr')
  }

  appendChild(child: FakeElement): FakeElement {
    this.children.push(child)
    return child
  }

  insertRow(): FakeElement {
    return this.appendChild(new FakeElement('tr'))
  }

  querySelector(tag: string): FakeElement {
    const found = this.#found.get(tag) ?? new FakeElement(tag)
    this.#found.set(tag, found)
    return found
  }

  add(): void {}

  /** The text of all elements of a kind. */
  texts(tag: string): string[] {
    return this.children.flatMap((child) => [...(child.tag === tag ? [child.textContent] : []), ...child.texts(tag)])
  }
}

beforeEach(() => {
  vi.stubGlobal('Option', class {})
  vi.stubGlobal('matchMedia', () => ({ addEventListener: () => {} }))
  vi.stubGlobal(
    'ResizeObserver',
    class {
      observe(): void {}
    },
  )
})

afterEach(() => {
  vi.unstubAllGlobals()
})

function drawn(traced: Trace): FakeElement {
  const data = traced.toHtml().match(/<script type="application\/json" id="data">(.*?)<\/script>/s)?.[1] ?? ''
  const main = new FakeElement('main')
  const document = {
    querySelector: () => main,
    getElementById: () => ({ textContent: data }),
    createElement: (tag: string) => new FakeElement(tag),
  }
  const drawing = class {
    draw(): void {}
    mark(): void {}
  }
  new Page(document as never, drawing as never, drawing as never)
  return main
}

describe('the page of a trace', () => {
  test('tells how many items came, and the bottleneck', async () => {
    const [time, traced] = [new VirtualTime(), trace()]
    const done = from([1, 2, 3])
      .map((n) => time.after(10, n), { name: 'steep' })
      .forEach(undefined, { clock: time, trace: traced })
    await time.runToEnd()
    await done
    const page = drawn(traced)
    expect(page.texts('p')).toContain('3 items in 30.0 ms. The bottleneck is steep: busy 100 % of the time.')
    expect(page.texts('td').filter((text) => text === 'steep')).toHaveLength(1)
  })

  test('tells how many came so far while the run goes on, and no figures that it has not', async () => {
    const [time, traced] = [new VirtualTime(), trace()]
    const run = from([1, 2, 3])
      .map((n) => time.after(10, n), { name: 'steep', concurrency: 2 })
      .run({ clock: time, trace: traced })
    await quiet()
    const page = drawn(traced)
    expect(page.texts('p')).toContain('2 items in 0 µs. The run goes on: its figures come with its end.')
    expect(page.texts('h2')).not.toContain('The stages')
    run.abort()
    await time.runToEnd()
  })
})
