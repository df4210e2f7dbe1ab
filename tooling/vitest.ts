import { defineConfig } from 'vitest/config'
import { skips } from './testing/skips.ts'

const conditions = ['@millrace/source', 'module', 'node', 'development|production']

/** Test settings of every package: sources of the workspace, real worker threads, type tests. */
const config: ReturnType<typeof defineConfig> = defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ['test/**/*.test.ts'],
    execArgv: ['--conditions=@millrace/source', '--expose-gc'],
    pool: 'forks',
    reporters: ['default', skips],
    typecheck: { enabled: true, include: ['test/**/*.types.test.ts'] },
    // No test takes so long: this is for machines that are slow, and busy with others.
    testTimeout: 120_000,
    hookTimeout: 60_000,
    // Names of tests are claims, and claims are read whole.
    taskTitleValueFormatTruncate: 0,
  },
})

export { config }
