import { defineConfig } from 'tsup'
import { library } from '../../tooling/tsup.ts'

const options = library('src/javascript.ts')

// The layout speaks of i32, which AssemblyScript knows by itself and whoever reads our declarations does not.
export default defineConfig({
  ...options,
  dts: {
    entry: ['src/index.ts', 'src/javascript.ts'],
    banner: '/// <reference lib="esnext.disposable" />\ntype i32 = number',
  },
})
