import { beforeAll, describe, expect, test } from 'vitest'
import { openFrame, PlainPage } from './plain-page.ts'

/** The page of a trace, made by what is published. */
let html: string

beforeAll(async () => {
  const page = await PlainPage.open()
  html = (await page.run(`
    const { from } = await import('@millrace/pipeline')
    const { trace } = await import('@millrace/pipeline/trace')
    const wait = (ms, n) => new Promise((resolve) => setTimeout(resolve, ms, n))
    const traced = trace()
    await from(Array.from({ length: 60 }, (_, n) => n))
      .map((n) => wait(1, n), { name: 'quick', concurrency: 4 })
      .map((n) => wait(30, n), { name: 'slow', concurrency: 4 })
      .forEach(undefined, { trace: traced })
    return traced.toHtml('Two stages')`)) as string
})

const frames = (window: Window) => new Promise((resolve) => window.requestAnimationFrame(resolve))

function pixelsOf(canvas: HTMLCanvasElement): number {
  const { data } = (canvas.getContext('2d') as CanvasRenderingContext2D).getImageData(0, 0, canvas.width, canvas.height)
  return data.filter((value, i) => i % 4 === 3 && value > 0).length
}

describe('the page of a trace', () => {
  test.each([390, 1_200])('draws what happened, on a window %d wide, and nothing is wider than it', async (width) => {
    const window = await openFrame({ srcdoc: html, style: `width: ${width}px; height: 900px` })
    for (let i = 0; i < 3; i++) await frames(window)
    const { document } = window
    expect(document.querySelector('h1')?.textContent).toBe('Two stages')
    expect(document.querySelector('main')?.textContent).toContain('The bottleneck is slow: busy')
    const rows = [...document.querySelectorAll('table')].flatMap((table) =>
      [...table.rows].map(({ textContent }) => textContent ?? ''),
    )
    expect(rows.filter((row) => row.startsWith('slow: concurrency 8 in place of 4'))).toHaveLength(1)
    for (const canvas of document.querySelectorAll('canvas')) expect(pixelsOf(canvas)).toBeGreaterThan(500)
    expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(width)
  })

  test('plays, and shows the time that is chosen', async () => {
    const window = await openFrame({ srcdoc: html, style: 'width: 900px; height: 900px' })
    const { document } = window
    const [slider, output] = [document.querySelector('input'), document.querySelector('output')]
    if (slider === null || output === null) throw new Error('there are no controls')
    slider.value = '1000'
    slider.dispatchEvent(new Event('input'))
    expect(document.querySelector('main')?.textContent).toContain(`60 items in ${output.textContent}`)
    slider.value = '0'
    slider.dispatchEvent(new Event('input'))
    // The slowest there is, so that it is not over before it is stopped, however slow the frames are.
    const speed = document.querySelector('select') as HTMLSelectElement
    speed.selectedIndex = 2
    speed.dispatchEvent(new Event('change'))
    document.querySelector('button')?.click()
    while (Number(slider.value) === 0) await frames(window)
    document.querySelector('button')?.click()
    const stopped = slider.value
    for (let i = 0; i < 3; i++) await frames(window)
    expect(slider.value).toBe(stopped)
  })
})
