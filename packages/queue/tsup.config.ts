import { defineConfig } from 'tsup'
import { library } from '../../tooling/tsup.ts'

export default defineConfig(library('src/engine.ts', 'src/protocol.ts', 'src/conformance.ts'))
