/** The program: `load [url …]`. 16 clients send and 16 receive, 32 requests deep, 128 bytes: 1,536,000 requests. */
import { putUnderLoad } from './put-under-load.ts'

const urls = process.argv.slice(2)

try {
  const { messages, requestsPerSecond } = await putUnderLoad(urls.length > 0 ? urls : ['millrace://127.0.0.1:7411'], {
    clients: 16,
    iterations: 1_000,
    depth: 32,
    bodyBytes: 128,
  })
  console.log(
    `${messages.toLocaleString('en')} messages, each sent, received and acknowledged once: ` +
      `${Math.round(requestsPerSecond).toLocaleString('en')} requests/s`,
  )
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
