import { defineConfig } from 'tsup'
import { library } from '../../tooling/tsup.ts'

export default defineConfig(
  library(
    'src/conformance.ts',
    'src/oneshot.ts',
    'src/broadcast.ts',
    'src/watch.ts',
    'src/streams.ts',
    'src/web-streams.ts',
    'src/events.ts',
    'src/shared.ts',
  ),
)
