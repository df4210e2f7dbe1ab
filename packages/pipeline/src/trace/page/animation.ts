/// <reference lib="dom" />
import type { Columns, PageStage } from './page.ts'

/** Draws where the items are at a time. Its text runs in the page of a trace, as that of `Page`. */
export class Animation {
  readonly #canvas: HTMLCanvasElement
  readonly #stages: readonly PageStage[]
  readonly #columns: Columns
  /** The calls of each item, in their order, one after the other; and where those of each begin. */
  readonly #byItem: Uint32Array
  readonly #starts: Uint32Array
  readonly #most: number[]
  /** How many items the source gave, and how many left. What is dropped, or goes into another item, does not leave. */
  readonly #came: number
  readonly #left: number

  constructor(canvas: HTMLCanvasElement, stages: readonly PageStage[], columns: Columns) {
    this.#canvas = canvas
    this.#stages = stages
    this.#columns = columns
    const items = columns.item.reduce((most, item) => Math.max(most, item + 1), 0)
    this.#starts = new Uint32Array(items + 1)
    for (const item of columns.item) this.#starts[item + 1] = (this.#starts[item + 1] as number) + 1
    for (let i = 0; i < items; i++) this.#starts[i + 1] = (this.#starts[i + 1] as number) + (this.#starts[i] as number)
    const filled = this.#starts.slice()
    this.#byItem = new Uint32Array(columns.length)
    columns.item.forEach((item, call) => {
      const place = filled[item] as number
      this.#byItem[place] = call
      filled[item] = place + 1
    })
    this.#came = columns.stage.filter((stage) => stage === 0).length
    this.#left = columns.stage.filter((stage) => stage === stages.length + 1).length
    this.#most = stages.map(({ concurrency, buffer }) => Math.max(4, concurrency + buffer))
  }

  /** Draws the items as they were. */
  draw(us: number): void {
    const { coming, running, waiting, done } = this.#at(us)
    const width = this.#canvas.clientWidth
    const boxes = this.#stages.length
    // A box has room for its words.
    const perLine = Math.max(1, Math.min(boxes, width < 560 ? 1 : Math.floor((width - 24) / 170)))
    const boxWidth = (width - 24) / perLine
    const side = this.#side(boxWidth - 24)
    const boxHeight = this.#boxHeight(boxWidth - 24, side)
    const height = 44 + boxHeight * Math.ceil(boxes / perLine) + 44
    const context = this.#prepare(width, height)
    const ink = getComputedStyle(this.#canvas).color
    this.#pile(context, 'to come', coming, this.#came, 8, width, ink)
    for (let stage = 0; stage < boxes; stage++) {
      const left = 12 + (stage % perLine) * boxWidth
      const top = 44 + Math.floor(stage / perLine) * boxHeight
      this.#label(context, stage, running[stage]?.length ?? 0, waiting[stage]?.length ?? 0, left, top, boxWidth, ink)
      const perRow = Math.max(1, Math.floor((boxWidth - 24) / (side + 3)))
      const squares = [...(running[stage] ?? []), ...(waiting[stage] ?? [])]
      squares.forEach((call, place) => {
        const x = left + (place % perRow) * (side + 3)
        const y = top + 26 + Math.floor(place / perRow) * (side + 3)
        if (y + side < top + boxHeight) this.#square(context, call, us, x, y, side)
      })
    }
    this.#pile(context, 'done', done, this.#left, height - 36, width, ink)
  }

  /** What each item does: its last call that has begun tells. Of those that are to come, only what the source gives is known then. */
  #at(us: number): { coming: number; running: number[][]; waiting: number[][]; done: number } {
    const { stage, beganUs, endedUs } = this.#columns
    const running: number[][] = this.#stages.map(() => [])
    const waiting: number[][] = this.#stages.map(() => [])
    let coming = 0
    let done = 0
    for (let item = 0; item + 1 < this.#starts.length; item++) {
      const first = this.#starts[item] as number
      const end = this.#starts[item + 1] as number
      let place = first
      while (place < end && (beganUs[this.#byItem[place] as number] as number) <= us) place++
      if (place === first) {
        if (stage[this.#byItem[first] as number] === 0) coming++
        continue
      }
      const call = this.#byItem[place - 1] as number
      const at = (stage[call] as number) - 1
      if (at < 0) coming++
      else if (at >= this.#stages.length) done++
      else if ((endedUs[call] as number) > us) running[at]?.push(call)
      else if (place < end) waiting[at]?.push(call)
    }
    return { coming, running, waiting, done }
  }

  #prepare(width: number, height: number): CanvasRenderingContext2D {
    const scale = devicePixelRatio
    this.#canvas.style.height = `${height}px`
    this.#canvas.width = Math.round(width * scale)
    this.#canvas.height = Math.round(height * scale)
    const context = this.#canvas.getContext('2d') as CanvasRenderingContext2D
    context.scale(scale, scale)
    context.font = '12px system-ui, sans-serif'
    return context
  }

  #side(width: number): number {
    const most = Math.max(...this.#most, 1)
    return Math.max(4, Math.min(22, Math.floor(Math.sqrt((width * 140) / most)) - 3))
  }

  #boxHeight(width: number, side: number): number {
    const perRow = Math.max(1, Math.floor(width / (side + 3)))
    const rows = Math.max(...this.#most.map((most) => Math.ceil(most / perRow)), 1)
    return 26 + Math.min(rows, 40) * (side + 3) + 14
  }

  #label(
    context: CanvasRenderingContext2D,
    stage: number,
    running: number,
    waiting: number,
    x: number,
    y: number,
    width: number,
    ink: string,
  ): void {
    const { name, concurrency } = this.#stages[stage] as PageStage
    context.fillStyle = ink
    context.fillText(name, x, y + 12, width * 0.48)
    context.globalAlpha = 0.65
    context.textAlign = 'right'
    if (concurrency > 0)
      context.fillText(`${running} of ${concurrency}, ${waiting} wait`, x + width - 18, y + 12, width * 0.42)
    context.textAlign = 'left'
    context.globalAlpha = 1
  }

  #square(context: CanvasRenderingContext2D, call: number, us: number, x: number, y: number, side: number): void {
    const { item, beganUs, endedUs } = this.#columns
    const began = beganUs[call] as number
    const ended = endedUs[call] as number
    const share = Math.min(1, (us - began) / Math.max(1, ended - began))
    context.fillStyle = `hsl(${((item[call] as number) * 47) % 360} 60% 55%)`
    context.globalAlpha = ended > us ? 0.28 : 0.5
    context.fillRect(x, y, side, side)
    context.globalAlpha = 1
    if (ended > us) context.fillRect(x, y + side * (1 - share), side, side * share)
  }

  #pile(
    context: CanvasRenderingContext2D,
    words: string,
    count: number,
    total: number,
    y: number,
    width: number,
    ink: string,
  ): void {
    context.fillStyle = ink
    context.fillText(`${count.toLocaleString('en')} ${words}`, 12, y + 10)
    context.globalAlpha = 0.2
    context.fillRect(12, y + 16, width - 24, 8)
    context.globalAlpha = 0.75
    context.fillRect(12, y + 16, (width - 24) * (total > 0 ? count / total : 0), 8)
    context.globalAlpha = 1
  }
}
