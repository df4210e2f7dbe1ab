import asc from 'assemblyscript/asc'

/** What AssemblyScript does not have: pairs, and claims, which nothing can cut here and which therefore note nothing. */
const PRELUDE = `
namespace pair {
  @inline export function cmpxchg(ptr: i32, low: i32, high: i32, newLow: i32, newHigh: i32): bool {
    const expected: i64 = (<i64>high << 32) | (<i64>low & 0xffffffff)
    return atomic.cmpxchg<i64>(ptr, expected, (<i64>newHigh << 32) | (<i64>newLow & 0xffffffff)) == expected
  }
}
namespace claim {
  @inline export function tail(object: i32, tail: i32, state: i32, newTail: i32, newState: i32, credits: i32): bool {
    if (!pair.cmpxchg(object + TAIL, tail, state, newTail, newState)) return false
    if (credits != 0) store<i32>(credits, load<i32>(credits) + newState - state)
    return true
  }
  @inline export function head(object: i32, head: i32, newHead: i32): bool {
    return atomic.cmpxchg<i32>(object, head, newHead, HEAD) == head
  }
  @inline export function one(ptr: i32, old: i32, own: i32): bool {
    if (atomic.cmpxchg<i32>(ptr, old, old + 1) != old) return false
    store<i32>(own, load<i32>(own) + 1)
    return true
  }
  @inline export function add(ptr: i32, delta: i32, own: i32): i32 {
    const old: i32 = atomic.add<i32>(ptr, delta)
    store<i32>(own, load<i32>(own) + delta)
    return old
  }
}
`

/** Compiles a kernel text to WebAssembly. */
export async function compileKernel(source: string): Promise<Uint8Array> {
  let bytes: Uint8Array | undefined
  const { error, stderr } = await asc.main(
    [
      ...['kernel.ts', '--outFile', 'kernel.wasm', '-O3', '--shrinkLevel', '2', '--runtime', 'stub', '--noAssert'],
      ...[
        '--enable',
        'threads',
        '--importMemory',
        '--sharedMemory',
        '--initialMemory',
        '1',
        '--maximumMemory',
        '32768',
      ],
    ],
    {
      readFile: (name) => (name === 'kernel.ts' ? `${PRELUDE}${source.replaceAll('//@inline\n', '@inline ')}` : null),
      writeFile: (name, contents) => {
        if (name === 'kernel.wasm') bytes = contents as Uint8Array
      },
      listFiles: () => [],
    },
  )
  if (error !== null || bytes === undefined)
    throw new Error(`the kernel does not compile: ${stderr.toString()}`, { cause: error })
  return bytes
}
