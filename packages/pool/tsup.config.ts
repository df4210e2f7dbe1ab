import { defineConfig } from 'tsup'
import { library } from '../../tooling/tsup.ts'

export default defineConfig(library('src/thread.ts', 'src/shared.ts', 'src/prometheus.ts', 'src/opentelemetry.ts'))
