/// <reference lib="dom" />
import type { Columns, PageData } from './page.ts'

/** One stage on the canvas. */
interface Band {
  readonly name: string
  /** The calls, by the lane they are drawn in. */
  readonly lanes: number[][]
  /** When one more or one less result waits: the times, and by how many. */
  readonly waits: Changes
  readonly runs: Changes
}

/** When a count grows and falls: the times, and by how much. */
interface Changes {
  readonly atUs: Float64Array
  readonly by: Int8Array
}

/** Draws when each call ran, a lane for each that ran at the same time. Its text runs in the page of a trace, as that of `Page`. */
export class Timeline {
  readonly #canvas: HTMLCanvasElement
  readonly #columns: Columns
  readonly #bands: readonly Band[]
  readonly #elapsedUs: number
  #fromUs = 0
  #toUs: number
  #markUs = 0
  #picture: OffscreenCanvas | undefined

  constructor(canvas: HTMLCanvasElement, data: PageData, columns: Columns, onPick: (us: number) => void) {
    this.#canvas = canvas
    this.#columns = columns
    this.#elapsedUs = Math.max(1, data.elapsedMs * 1_000)
    this.#toUs = this.#elapsedUs
    const waits = this.#waits(data.stages.length + 2)
    const names = [{ name: 'source', concurrency: 1 }, ...data.stages]
    this.#bands = names.flatMap(({ name, concurrency }, stage) => {
      if (concurrency === 0) return []
      return [{ name, lanes: this.#lanes(stage), waits: waits[stage] as Changes, runs: this.#runs(stage) }]
    })
    this.#listen(onPick)
  }

  /** Draws all. */
  draw(): void {
    const scale = devicePixelRatio
    const width = this.#canvas.clientWidth
    const heights = this.#bands.map(({ lanes }) => Math.min(lanes.length * 12, 160) + 46)
    const height = heights.reduce((sum, one) => sum + one, 24)
    this.#canvas.style.height = `${height}px`
    this.#canvas.width = Math.round(width * scale)
    this.#canvas.height = Math.round(height * scale)
    this.#picture = new OffscreenCanvas(this.#canvas.width, this.#canvas.height)
    const context = this.#picture.getContext('2d') as OffscreenCanvasRenderingContext2D
    context.scale(scale, scale)
    const ink = getComputedStyle(this.#canvas).color
    let top = 0
    this.#bands.forEach((band, i) => {
      this.#band(context, band, top, (heights[i] as number) - 46, width, ink)
      top += heights[i] as number
    })
    this.#axis(context, top, width, ink)
    this.mark(this.#markUs)
  }

  /** Draws a line at this time. */
  mark(us: number): void {
    this.#markUs = us
    if (this.#picture === undefined) return
    const context = this.#canvas.getContext('2d') as CanvasRenderingContext2D
    context.clearRect(0, 0, this.#canvas.width, this.#canvas.height)
    context.drawImage(this.#picture, 0, 0)
    const x = this.#x(us, this.#canvas.clientWidth)
    context.fillStyle = getComputedStyle(this.#canvas).caretColor
    context.fillRect(x * devicePixelRatio, 0, 2 * devicePixelRatio, this.#canvas.height)
  }

  /** Each call goes to the first lane that is free when it begins. */
  #lanes(stage: number): number[][] {
    const { length, stage: stages, beganUs, endedUs } = this.#columns
    const lanes: number[][] = []
    const freeUs: number[] = []
    for (let call = 0; call < length; call++) {
      if (stages[call] !== stage) continue
      const began = beganUs[call] as number
      let lane = freeUs.findIndex((us) => us <= began)
      if (lane < 0) {
        lane = lanes.length
        lanes.push([])
      }
      lanes[lane]?.push(call)
      freeUs[lane] = endedUs[call] as number
    }
    return lanes
  }

  #runs(stage: number): Changes {
    const { length, stage: stages, beganUs, endedUs } = this.#columns
    const changes: [atUs: number, by: number][] = []
    for (let call = 0; call < length; call++) {
      if (stages[call] === stage) changes.push([beganUs[call] as number, 1], [endedUs[call] as number, -1])
    }
    return this.#sorted(changes)
  }

  #sorted(changes: [atUs: number, by: number][]): Changes {
    changes.sort((a, b) => a[0] - b[0])
    return { atUs: Float64Array.from(changes, ([at]) => at), by: Int8Array.from(changes, ([, by]) => by) }
  }

  /** A result waits in a stage from the end of its call to the beginning of the next one of the same item. */
  #waits(stages: number): Changes[] {
    const { length, item, stage, beganUs, endedUs } = this.#columns
    const changes: [atUs: number, by: number][][] = Array.from({ length: stages }, () => [])
    const last = new Map<number, number>()
    for (let call = 0; call < length; call++) {
      const id = item[call] as number
      const before = last.get(id)
      last.set(id, call)
      if (before === undefined) continue
      const at = changes[stage[before] as number] as [number, number][]
      at.push([endedUs[before] as number, 1], [beganUs[call] as number, -1])
    }
    return changes.map((all) => this.#sorted(all))
  }

  #band(
    context: OffscreenCanvasRenderingContext2D,
    band: Band,
    top: number,
    height: number,
    width: number,
    ink: string,
  ): void {
    context.fillStyle = ink
    context.font = '12px system-ui, sans-serif'
    context.fillText(band.name, 6, top + 14)
    const laneHeight = height / Math.max(1, band.lanes.length)
    const words: string[] = []
    // Lanes that are too thin to be told apart are drawn as how many there are.
    if (laneHeight < 3) {
      words.push(`${this.#area(context, band.runs, top + 20, height, width, '#5b8def')} at a time`)
    } else {
      band.lanes.forEach((calls, lane) => {
        this.#lane(context, calls, top + 20 + lane * laneHeight, laneHeight - 1, width)
      })
    }
    context.globalAlpha = 0.35
    words.push(`${this.#area(context, band.waits, top + 22 + height, 18, width, ink)} waited`)
    context.globalAlpha = 1
    context.fillStyle = ink
    context.textAlign = 'right'
    context.fillText(words.join(', '), width - 6, top + 14)
    context.textAlign = 'left'
  }

  /** Calls that would share a pixel with the one before are left out. */
  #lane(
    context: OffscreenCanvasRenderingContext2D,
    calls: readonly number[],
    y: number,
    height: number,
    width: number,
  ): void {
    const { beganUs, endedUs, item } = this.#columns
    let drawnTo = Number.NEGATIVE_INFINITY
    for (const call of calls) {
      const began = beganUs[call] as number
      const ended = endedUs[call] as number
      if (ended < this.#fromUs) continue
      if (began > this.#toUs) break
      const x = this.#x(began, width)
      const end = Math.max(x + 0.5, this.#x(ended, width))
      if (end <= drawnTo) continue
      context.fillStyle = `hsl(${((item[call] as number) * 47) % 360} 60% 55%)`
      context.fillRect(x, y, end - x, height)
      drawnTo = Math.floor(end)
    }
  }

  /** Draws the most at each pixel, as a share of the most of all, and gives that. */
  #area(
    context: OffscreenCanvasRenderingContext2D,
    { atUs, by }: Changes,
    top: number,
    height: number,
    width: number,
    fill: string,
  ): number {
    const most = new Float64Array(Math.ceil(width) + 1)
    let count = 0
    let reached = 0
    for (let i = 0; i < atUs.length; i++) {
      const x = Math.min(most.length - 1, Math.max(0, Math.floor(this.#x(atUs[i] as number, width))))
      for (; reached < x; reached++) most[reached] = Math.max(most[reached] as number, count)
      count += by[i] as number
      most[x] = Math.max(most[x] as number, count)
    }
    const peak = most.reduce((a, b) => Math.max(a, b), 0)
    context.fillStyle = fill
    for (let x = 0; peak > 0 && x < most.length; x++) {
      const tall = ((most[x] as number) / peak) * height
      context.fillRect(x, top + height - tall, 1, tall)
    }
    return peak
  }

  #axis(context: OffscreenCanvasRenderingContext2D, top: number, width: number, ink: string): void {
    context.fillStyle = ink
    const spanMs = (this.#toUs - this.#fromUs) / 1_000
    const rough = spanMs / Math.max(2, width / 120)
    const power = 10 ** Math.floor(Math.log10(rough))
    const stepMs = [1, 2, 5, 10].map((n) => n * power).find((step) => step >= rough) ?? power
    for (let ms = Math.ceil(this.#fromUs / 1_000 / stepMs) * stepMs; ms <= this.#toUs / 1_000; ms += stepMs) {
      const x = this.#x(ms * 1_000, width)
      context.fillRect(x, top, 1, 6)
      context.fillText(`${Number(ms.toPrecision(6))} ms`, Math.min(x + 4, width - 50), top + 16)
    }
  }

  #x(us: number, width: number): number {
    return ((us - this.#fromUs) / (this.#toUs - this.#fromUs)) * width
  }

  #us(x: number): number {
    return this.#fromUs + (x / this.#canvas.clientWidth) * (this.#toUs - this.#fromUs)
  }

  #listen(onPick: (us: number) => void): void {
    const canvas = this.#canvas
    canvas.addEventListener('wheel', (event) => {
      event.preventDefault()
      const at = this.#us(event.offsetX)
      this.#zoom(at, Math.exp(event.deltaY * 0.002))
    })
    let moved = 0
    canvas.addEventListener('pointerdown', (event) => {
      moved = 0
      canvas.setPointerCapture(event.pointerId)
    })
    canvas.addEventListener('pointermove', (event) => {
      if (!canvas.hasPointerCapture(event.pointerId)) return
      moved += Math.abs(event.movementX)
      this.#move(-event.movementX)
    })
    canvas.addEventListener('click', (event) => {
      if (moved < 4) onPick(Math.min(this.#elapsedUs, Math.max(0, this.#us(event.offsetX))))
    })
  }

  #zoom(at: number, by: number): void {
    const from = at - (at - this.#fromUs) * by
    const to = at + (this.#toUs - at) * by
    this.#fromUs = Math.max(0, from)
    this.#toUs = Math.min(this.#elapsedUs, Math.max(to, this.#fromUs + 10))
    this.draw()
  }

  #move(pixels: number): void {
    const us = (pixels / this.#canvas.clientWidth) * (this.#toUs - this.#fromUs)
    const by = Math.max(-this.#fromUs, Math.min(us, this.#elapsedUs - this.#toUs))
    this.#fromUs += by
    this.#toUs += by
    this.draw()
  }
}
