import type { RecordedStage } from '../api.ts'
import type { Analysis } from './analysis.ts'
import { Animation } from './page/animation.ts'
import { Page, type PageData } from './page/page.ts'
import { STYLE } from './page/style.ts'
import { Timeline } from './page/timeline.ts'
import type { Calls, Recording } from './recording.ts'

/** One page without a network: the data, and the classes that draw it. */
export function toHtml(recording: Recording, analysis: Analysis, title: string): string {
  const { stats } = recording
  const data: PageData = {
    title,
    elapsedMs: recording.elapsedMs,
    dropped: recording.dropped,
    stages: recording.stages.map(({ name, concurrency, buffer, ordered }: RecordedStage, i) => ({
      name,
      concurrency: concurrency ?? 0,
      buffer,
      ordered: ordered ?? true,
      stats: stats?.stages[i],
    })),
    source: stats?.source,
    output: stats?.output,
    analysis,
    calls: encoded(recording.calls(), recording.elapsedMs),
  }
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>${STYLE}</style>
<main></main>
<script type="application/json" id="data">${JSON.stringify(data).replaceAll('<', '\\u003c')}</script>
<script type="module">new (${Page})(document, ${Timeline}, ${Animation})</script>
</html>
`
}

/** Columns as text: each its bytes in base64. Microseconds suffice for a picture, or what fits into 32 bits. */
function encoded({ length, item, stage, beganMs, endedMs }: Calls, elapsedMs: number): PageData['calls'] {
  const unitUs = Math.max(1, (elapsedMs * 1_000) / 0xffff_ffff)
  const toUnits = (ms: number): number => Math.round((ms * 1_000) / unitUs)
  return {
    length,
    item: base64(item),
    stage: base64(stage),
    unitUs,
    began: base64(Uint32Array.from(beganMs, toUnits)),
    ended: base64(Uint32Array.from(endedMs, toUnits)),
  }
}

function base64(column: Uint32Array | Uint8Array): string {
  const bytes = new Uint8Array(column.buffer, column.byteOffset, column.byteLength)
  let text = ''
  for (let i = 0; i < bytes.length; i += 8_192) text += String.fromCharCode(...bytes.subarray(i, i + 8_192))
  return btoa(text)
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}
