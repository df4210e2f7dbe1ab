import { provideKernel } from '@millrace/atomics'
import { kernel } from '@millrace/atomics/javascript'
import * as deeds from './deeds.ts'

/** A module worker that does one thing it is told. */
type Deed = (part: unknown, say: (word: string) => void) => unknown

provideKernel(kernel)
const known = new Map(Object.entries(deeds) as unknown as [string, Deed][])

addEventListener('message', async ({ data }: MessageEvent<{ deed: string; part: unknown }>) => {
  try {
    postMessage({ result: await known.get(data.deed)?.(data.part, (said) => postMessage({ said })) })
  } catch (error) {
    postMessage({ error: String(error) })
  }
})
