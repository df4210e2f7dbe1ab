import { defineConfig } from 'tsup'
import { library } from '../../tooling/tsup.ts'

const faces = library()

export default defineConfig({ ...faces, entry: ['src/index.ts', 'src/cli.ts'] })
