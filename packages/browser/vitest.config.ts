import { playwright } from '@vitest/browser-playwright'
import { defineConfig } from 'vitest/config'
import { chromium } from '../../tooling/testing/chromium.ts'
import { plainPages } from './plain-pages.ts'

// What makes a page cross-origin isolated, without which there is no shared memory.
const headers = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' }

/** The suites of other packages that need nothing of Node, as they are. */
const suites = [
  'packages/{mpmc,mpsc}/test/{conformance,shared,endpoints,queue,many}.test.ts',
  'packages/channel/test/{conformance,suite,broadcast,oneshot,watch,send-many,conservation.property}.test.ts',
  'packages/notify/test/semaphore.test.ts',
  'packages/ring/test/codec/{struct,words}.test.ts',
  'packages/ring/test/shared/{slot,spsc,record,slab}-ring.test.ts',
]

export default defineConfig({
  root: '../..',
  cacheDir: 'packages/browser/node_modules/.vite',
  plugins: [plainPages(headers)],
  resolve: { conditions: ['@millrace/source', 'module', 'browser', 'development|production'] },
  optimizeDeps: { include: ['fast-check'] },
  server: { headers },
  test: {
    include: ['packages/browser/test/**/*.test.ts', ...suites],
    setupFiles: ['packages/browser/test/setup.ts'],
    testTimeout: 120_000,
    hookTimeout: 60_000,
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      provider: playwright({ launchOptions: { executablePath: chromium ?? '', args: ['--no-sandbox'] } }),
      instances: [{ browser: 'chromium' }],
    },
  },
})
