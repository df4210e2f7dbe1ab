/// <reference lib="dom" />
import type { StageStats } from '../../api.ts'
import type { Analysis } from '../analysis.ts'
import type { Animation } from './animation.ts'
import type { Timeline } from './timeline.ts'

/** A stage, as the page shows it. */
export interface PageStage {
  readonly name: string
  /** 0 where it calls nothing. */
  readonly concurrency: number
  readonly buffer: number
  readonly ordered: boolean
  readonly stats: StageStats | undefined
}

/** What a page shows. */
export interface PageData {
  readonly title: string
  readonly elapsedMs: number
  readonly dropped: number
  readonly stages: readonly PageStage[]
  readonly source: StageStats | undefined
  readonly output: StageStats | undefined
  readonly analysis: Analysis
  /** Columns, each the bytes of a typed array in base64. */
  readonly calls: {
    readonly length: number
    readonly item: string
    readonly stage: string
    /** Of so many microseconds each. */
    readonly unitUs: number
    readonly began: string
    readonly ended: string
  }
}

/** The columns of the calls, as numbers. Stage 0 is the source, the last one the output. */
export interface Columns {
  readonly length: number
  readonly item: Uint32Array
  readonly stage: Uint8Array
  readonly beganUs: Float64Array
  readonly endedUs: Float64Array
}

/**
 * The page of a trace. Its text goes into the page and runs there, so it uses nothing but what it is given and the browser.
 *
 *     what is the bottleneck · what would help · the stages in numbers
 *     animation   ◀── the time that both show ──▶   timeline
 */
export class Page {
  readonly #document: Document
  readonly #main: Element
  readonly #data: PageData
  readonly #animation: Animation
  readonly #timeline: Timeline
  #nowUs = 0
  #isPlaying = false
  #speed = 1

  constructor(document: Document, timeline: typeof Timeline, animation: typeof Animation) {
    this.#document = document
    this.#main = document.querySelector('main') as Element
    this.#data = JSON.parse(document.getElementById('data')?.textContent ?? '') as PageData
    const columns = this.#columns()
    this.#words(columns)
    this.#gains()
    if (this.#data.source !== undefined) this.#numbers()
    this.#heading(
      'Where the items are',
      'Each square is an item: it fills up while its call runs; a pale one is finished and waits.',
    )
    this.#animation = new animation(this.#add('canvas'), this.#data.stages, columns)
    this.#controls()
    this.#heading(
      'When each call ran',
      'A bar is a call, its colour the item; below each stage, how many results waited. Wheel or pinch to zoom, drag to move.',
    )
    this.#timeline = new timeline(this.#add('canvas'), this.#data, columns, (us) => this.#show(us))
    const redraw = (): void => {
      this.#timeline.draw()
      this.#show(this.#nowUs)
    }
    new ResizeObserver(redraw).observe(this.#main)
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw)
    this.#show(Math.min(this.#data.elapsedMs * 500, this.#data.elapsedMs * 1_000))
  }

  #columns(): Columns {
    const { length, item, stage, unitUs, began, ended } = this.#data.calls
    const bytes = (text: string): ArrayBuffer => Uint8Array.from(atob(text), (char) => char.charCodeAt(0)).buffer
    return {
      length,
      item: new Uint32Array(bytes(item)),
      stage: new Uint8Array(bytes(stage)),
      beganUs: Float64Array.from(new Uint32Array(bytes(began)), (units) => units * unitUs),
      endedUs: Float64Array.from(new Uint32Array(bytes(ended)), (units) => units * unitUs),
    }
  }

  #words({ stage }: Columns): void {
    const { title, elapsedMs, stages, source, output, dropped } = this.#data
    this.#add('h1').textContent = title
    const parts = [source, ...stages.map(({ stats }) => stats), output].filter((part) => part !== undefined)
    const busiest = parts.reduce((most, part) => (part.busy > most.busy ? part : most), parts[0] as StageStats)
    const came = source?.done ?? stage.reduce((sum, each) => sum + (each === 0 ? 1 : 0), 0)
    this.#add('p').textContent =
      `${this.#count(came)} items in ${this.#ms(elapsedMs)}. ` +
      (busiest === undefined
        ? 'The run goes on: its figures come with its end.'
        : `The bottleneck is ${busiest.name}: busy ${this.#percent(busiest.busy)} of the time.`)
    if (dropped > 0)
      this.#add('p').textContent = `${this.#count(dropped)} later calls are not shown: the trace is full.`
  }

  #gains(): void {
    const { stages, items, asItIsMs, boundMs, gains } = this.#data.analysis
    this.#heading(
      'What would help',
      `The same calls, simulated with other settings: ${stages.join(', ')} with ${this.#count(items)} items. ` +
        `As it is that takes ${this.#ms(asItIsMs)}; with this concurrency no schedule is below ${this.#ms(boundMs)}.`,
    )
    if (gains.length === 0) this.#add('p').textContent = 'Nothing that was tried makes it a fiftieth faster.'
    else
      this.#table(
        ['change', 'time', 'faster'],
        gains.map(({ change, elapsedMs, times }) => [change, this.#ms(elapsedMs), `${times.toFixed(2)} ×`]),
      )
  }

  #numbers(): void {
    const { source, stages, output } = this.#data
    this.#heading('The stages')
    const parts = [source, ...stages.map(({ stats }) => stats), output].filter((part) => part !== undefined)
    const busiest = Math.max(...parts.map(({ busy }) => busy))
    const rows = parts.map((part) => [
      part.name,
      String(part.concurrency),
      this.#count(part.done),
      this.#count(part.dropped),
      this.#count(part.errors),
      this.#percent(part.busy),
      this.#ms(part.blockedMs),
      this.#ms(part.starvedMs),
      this.#ms(part.p50Ms),
      this.#ms(part.p99Ms),
    ])
    const table = this.#table(
      ['', 'at a time', 'done', 'dropped', 'errors', 'busy', 'blocked', 'starved', 'p50', 'p99'],
      rows,
    )
    const place = parts.findIndex(({ busy }) => busy === busiest)
    table.rows[place + 1]?.classList.add('bottleneck')
  }

  #controls(): void {
    const box = this.#add('div')
    box.className = 'controls'
    box.innerHTML = `<button type="button">Play</button>
      <input type="range" min="0" max="1000" value="0" aria-label="Time">
      <output></output>
      <select aria-label="Speed"></select>`
    const button = box.querySelector('button') as HTMLButtonElement
    const slider = box.querySelector('input') as HTMLInputElement
    const select = box.querySelector('select') as HTMLSelectElement
    const seconds = this.#data.elapsedMs / 1_000
    for (const lasts of [5, 20, 60]) select.add(new Option(`all of it in ${lasts} s`, String(seconds / lasts)))
    select.add(new Option('as it was', '1'))
    this.#speed = Number(select.value)
    select.onchange = (): void => {
      this.#speed = Number(select.value)
    }
    slider.oninput = (): void => this.#show(Number(slider.value) * this.#data.elapsedMs)
    button.onclick = (): void => this.#play(!this.#isPlaying, button)
  }

  #play(isPlaying: boolean, button: HTMLButtonElement): void {
    this.#isPlaying = isPlaying
    button.textContent = isPlaying ? 'Pause' : 'Play'
    if (!isPlaying) return
    const endUs = this.#data.elapsedMs * 1_000
    if (this.#nowUs >= endUs) this.#nowUs = 0
    let before = performance.now()
    const step = (now: number): void => {
      if (!this.#isPlaying) return
      this.#show(Math.min(endUs, this.#nowUs + (now - before) * 1_000 * this.#speed))
      before = now
      if (this.#nowUs < endUs) requestAnimationFrame(step)
      else this.#play(false, button)
    }
    requestAnimationFrame(step)
  }

  #show(us: number): void {
    this.#nowUs = us
    const slider = this.#main.querySelector('input') as HTMLInputElement
    slider.value = String(this.#data.elapsedMs > 0 ? us / this.#data.elapsedMs : 0)
    ;(this.#main.querySelector('output') as HTMLOutputElement).textContent = this.#ms(us / 1_000)
    this.#animation.draw(us)
    this.#timeline.mark(us)
  }

  #heading(text: string, more?: string): void {
    this.#add('h2').textContent = text
    if (more === undefined) return
    const words = this.#add('p')
    words.className = 'soft'
    words.textContent = more
  }

  #table(heads: readonly string[], rows: readonly (readonly string[])[]): HTMLTableElement {
    const box = this.#add('div')
    box.className = 'scroll'
    const table = box.appendChild(this.#document.createElement('table'))
    const fill = (cells: readonly string[], kind: 'th' | 'td'): void => {
      const row = table.insertRow()
      for (const cell of cells) row.appendChild(this.#document.createElement(kind)).textContent = cell
    }
    fill(heads, 'th')
    for (const row of rows) fill(row, 'td')
    return table
  }

  #add<K extends keyof HTMLElementTagNameMap>(tag: K): HTMLElementTagNameMap[K] {
    return this.#main.appendChild(this.#document.createElement(tag))
  }

  #count(n: number): string {
    return n.toLocaleString('en')
  }

  #percent(share: number): string {
    return `${Math.round(share * 100)} %`
  }

  #ms(ms: number): string {
    if (ms >= 10_000) return `${(ms / 1_000).toFixed(1)} s`
    return ms >= 100 ? `${ms.toFixed(0)} ms` : ms >= 1 ? `${ms.toFixed(1)} ms` : `${(ms * 1_000).toFixed(0)} µs`
  }
}
