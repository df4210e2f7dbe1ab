import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Plugin } from 'vitest/config'

const PACKAGES = ['atomics', 'notify', 'ring', 'channel', 'mpsc', 'mpmc', 'pipeline']
/** What says in its docs that it is for Node. */
const NODE_ONLY = [
  '@millrace/channel/streams',
  '@millrace/channel/events',
  '@millrace/ring/codec/structured',
  '@millrace/pipeline/progress',
]

interface Manifest {
  readonly name: string
  readonly exports: Record<string, { readonly import?: { readonly default: string } }>
}

/**
 * Serves what is published as it was built, with no bundler between:
 *
 *     /plain/              a page whose import map names every entry point that browsers can use
 *     /plain/ring/dist/…   the files of a package
 */
export function plainPages(headers: Readonly<Record<string, string>>): Plugin {
  const folder = join(import.meta.dirname, '..')
  return {
    name: 'plain-pages',
    configureServer({ middlewares }) {
      middlewares.use((request, response, next) => {
        const [, isPlain, file] = /^(\/plain\/)([\w/.-]*)$/.exec(request.url ?? '') ?? []
        if (isPlain === undefined || file?.includes('..')) return next()
        for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
        response.setHeader('Content-Type', file ? 'text/javascript' : 'text/html')
        response.end(file ? readFileSync(join(folder, file)) : page(folder))
      })
    },
  }
}

function page(folder: string): string {
  const imports = Object.fromEntries(PACKAGES.flatMap((name) => entries(folder, name)))
  return `<!doctype html><script type="importmap">${JSON.stringify({ imports })}</script>`
}

function entries(folder: string, directory: string): [string, string][] {
  const { name, exports } = JSON.parse(readFileSync(join(folder, directory, 'package.json'), 'utf8')) as Manifest
  return Object.entries(exports).flatMap(([subpath, { import: target }]): [string, string][] => {
    const entry = name + subpath.slice(1)
    if (target === undefined || NODE_ONLY.includes(entry)) return []
    return [[entry, `/plain/${directory}/${target.default.slice(2)}`]]
  })
}
