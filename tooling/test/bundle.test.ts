import { join } from 'node:path'
import { build } from 'esbuild'
import { describe, expect, test } from 'vitest'

const umbrella = join(import.meta.dirname, '../../packages/millrace')

/** What a browser gets that imports some of the umbrella: the text, and the packages it came from. */
async function bundle(names: string): Promise<{ text: string; packages: string[] }> {
  const { metafile, outputFiles } = await build({
    stdin: { contents: `import { ${names} } from './dist/index.js'\nconsole.log(${names})`, resolveDir: umbrella },
    bundle: true,
    format: 'esm',
    platform: 'browser',
    metafile: true,
    write: false,
  })
  const [output] = Object.values(metafile.outputs)
  const inputs = Object.entries(output?.inputs ?? {}).filter(([, { bytesInOutput }]) => bytesInOutput > 0)
  const packages = new Set(inputs.flatMap(([path]) => /packages\/(\w+)\/dist/.exec(path)?.slice(1) ?? []))
  return { text: outputFiles[0]?.text ?? '', packages: [...packages].sort() }
}

describe('a local bundle of the umbrella', () => {
  test('holds a package and what it stands on, and nothing else', async () => {
    expect((await bundle('mpmc')).packages).toEqual(['channel', 'mpmc', 'notify', 'ring'])
    expect((await bundle('ring')).packages).toEqual(['ring'])
  })

  test('holds no WebAssembly and nothing of Node', async () => {
    const { text } = await bundle('channel, mpmc, mpsc, notify, pipeline, ring')
    expect(text).toContain('ClosedError')
    expect(text).not.toMatch(/WebAssembly|AGFzbQ|node:|\brequire\(|import\(/)
  })
})
