import { readFile } from 'node:fs/promises'
import type { Options } from 'tsup'

/** `new URL('./x.worker.ts', import.meta.url)` in the sources becomes `./x.worker.js` in dist. */
const workerUrls: NonNullable<Options['esbuildPlugins']>[number] = {
  name: 'worker-urls',
  setup(build) {
    build.onLoad({ filter: /[/\\]src[/\\].*\.ts$/ }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8')).replace(
        /new URL\((['"])(\.[^'"]+)\.ts\1, import\.meta\.url\)/g,
        'new URL($1$2.js$1, import.meta.url)',
      ),
      loader: 'ts',
    }))
  },
}

/** Build settings of every published package; `entries` are the subpaths beside the index. */
export function library(...entries: string[]): Options {
  const faces = ['src/index.ts', ...entries]
  return {
    entry: [...faces, 'src/*.worker.ts'],
    format: ['esm', 'cjs'],
    target: 'node22',
    platform: 'node',
    shims: true,
    dts: { entry: faces, banner: '/// <reference lib="esnext.disposable" />' },
    clean: true,
    sourcemap: true,
    removeNodeProtocol: false,
    esbuildPlugins: [workerUrls],
  }
}
