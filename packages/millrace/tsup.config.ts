import { defineConfig } from 'tsup'
import { library } from '../../tooling/tsup.ts'

export default defineConfig(
  library(
    'src/pool.ts',
    'src/pool-thread.ts',
    'src/pool-shared.ts',
    'src/pipeline-trace.ts',
    'src/pipeline-progress.ts',
    'src/queue.ts',
    'src/queue-client.ts',
    'src/pool-prometheus.ts',
    'src/mpsc-shared.ts',
    'src/mpmc-shared.ts',
    'src/notify-shared.ts',
    'src/ring-shared.ts',
    'src/ring-codec.ts',
    'src/ring-codec-structured.ts',
  ),
)
