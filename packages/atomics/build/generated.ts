import { compileKernel } from './assembly.ts'
import { kernelFactory, kernelSource } from './source.ts'

const HEADER = '// Generated from src/kernel by build/build-kernel.ts.\n'

/** The files of `src/generated`, by name. */
export async function generated(): Promise<Record<string, string>> {
  const source = kernelSource()
  const bytes = await compileKernel(source)
  return {
    'wasm.ts': `${HEADER}/** The kernel as WebAssembly, ${bytes.length} bytes. In hexadecimal, which compresses a fifth smaller than base64: repeated bytes stay repeated. */
export const KERNEL_WASM: string =
  '${Buffer.from(bytes).toString('hex')}'
`,
    'javascript.ts': `// @ts-nocheck
${HEADER}import type { Bindings, Kernel } from '../api.ts'

/** The kernel as JavaScript, over the bindings it is given. */
export const kernel: (bindings: Bindings) => Kernel =
  ${kernelFactory(source, true)}
`,
  }
}
