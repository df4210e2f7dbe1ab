import { describe, expect, test } from 'vitest'
import { type Ended, runCode } from '../program.ts'

const run = (code: string): Promise<Ended> =>
  runCode(`
  import { Worker } from 'node:worker_threads'
  import { attachPriorityPool, sharedPriorityPool } from '@millrace/pool/shared'
  import { u32 } from '@millrace/ring/codec'
  const { pool, handle } = sharedPriorityPool({ capacity: 4, codec: u32 })
  const other = (code) => new Worker(\`
    import { parentPort, workerData } from 'node:worker_threads'
    import { attachPriorityPool } from '@millrace/pool/shared'
    const pool = attachPriorityPool(workerData)
    \${code}\`, { eval: true, workerData: handle, execArgv: ['--conditions=@millrace/source', '--input-type=module'] })
  ${code}`)

describe.concurrent('a process with a shared priority pool', () => {
  test('stays alive for other threads until it is closed and empty', async () => {
    const ended = await run(`
      other('await pool.submit(7); await pool.close()')
      void pool.whenClosed().then(() => console.log('closed'))
      const look = setInterval(() => {
        if (!pool.closed) return
        clearInterval(look)
        setTimeout(() => console.log(pool.tryDrain(1)), 50)
      }, 10).unref()`)
    expect(ended).toEqual({ stdout: '[ 7 ]\nclosed\n', stderr: '', code: 0 })
  })

  test('exits by itself once it is closed and empty, though threads are still attached', async () => {
    const ended = await run(`
      const thread = other('await pool.submit(7); parentPort.postMessage(1); parentPort.on("message", () => {})')
      thread.on('message', async () => { console.log(pool.tryDrain(1)); pool.close(); thread.unref() })`)
    expect(ended).toEqual({ stdout: '[ 7 ]\n', stderr: '', code: 0 })
  })

  test('lets a thread leave that is attached and waits for nothing', async () => {
    const ended = await run(`
      other('await pool.submit(7)').on('exit', (code) => { console.log(code, pool.tryDrain(2)); pool.close() })`)
    expect(ended).toEqual({ stdout: '0 [ 7 ]\n', stderr: '', code: 0 })
  })

  test('keeps a thread while a call of it waits', async () => {
    const ended = await run(`
      other('console.log(await pool.drain(1))').on('exit', (code) => { console.log(code); pool.close() })
      setTimeout(() => pool.trySubmit(7), 500)`)
    expect(ended.code).toBe(0)
    expect(ended.stdout.split('\n').sort()).toEqual(['', '0', '[ 7 ]'])
  })
})
