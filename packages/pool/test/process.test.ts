import { describe, expect, test } from 'vitest'
import { type Ended, runCode } from './program.ts'
import { tasksUrl } from './support.ts'

const program = (code: string): string => `
  import { threadPool } from '@millrace/pool'
  import { Worker } from 'node:worker_threads'
  const url = new URL('${tasksUrl.href}')
  const pool = threadPool(url, { threads: 2 })
  ${code}`

const run = (code: string, flags?: string[], options?: string): Promise<Ended> => runCode(program(code), flags, options)

describe.concurrent('the process', () => {
  test('exits by itself once the pool is idle', async () => {
    const ended = await run(`console.log(await pool.run('add', [1, 2]))`)
    expect(ended).toEqual({ stdout: '3\n', stderr: '', code: 0 })
  })

  test('exits by itself although a monitor looks at the pool', async () => {
    const ended = await run(`pool.monitor(600_000, () => {}); console.log(await pool.run('add', [1, 2]))`)
    expect(ended).toEqual({ stdout: '3\n', stderr: '', code: 0 })
  })

  test('stays alive while a task has not ended', async () => {
    const ended = await run(`pool.run('nap', [300]).then(console.log)`)
    expect(ended).toEqual({ stdout: '300\n', stderr: '', code: 0 })
  })

  test('stays alive while a shutdown goes on', async () => {
    const ended = await run(`await pool.run('add', [1, 2]); pool.shutdown().then(console.log)`)
    expect(ended.stdout).toContain('onTime: true')
  })

  test('stays alive while a shutdown waits for a thread that does not leave', async () => {
    const ended = await run(`await pool.run('stay', []); pool.shutdown().then(() => console.log('down'))`)
    expect(ended).toEqual({ stdout: 'down\n', stderr: '', code: 0 })
  })

  test('may have been told by NODE_OPTIONS how to read code that is no file', async () => {
    const ended = await run(`console.log(await pool.run('add', [1, 2]))`, [], '--no-warnings --input-type=module')
    expect(ended).toEqual({ stdout: '3\n', stderr: '', code: 0 })
  })

  test.each([['--input-type', 'module'], ['--input-type=module']])(
    'may have been told by %s %s how to read its code',
    async (...flags) => {
      const ended = await runCode(program(`console.log(await pool.run('add', [1, 2]))`), flags)
      expect(ended).toEqual({ stdout: '3\n', stderr: '', code: 0 })
    },
  )

  test('has its threads load what it was told to by --import', async () => {
    const hook = 'data:text/javascript,globalThis.hook = "loaded"'
    const code = `
      import { threadPool } from '@millrace/pool'
      const pool = threadPool('data:text/javascript,export const hook = () => globalThis.hook', { threads: 1 })
      console.log(await pool.run('hook', []))`
    expect(await runCode(code, ['--import', hook])).toEqual({ stdout: 'loaded\n', stderr: '', code: 0 })
  })

  test('exits after a shutdown', async () => {
    const ended = await run(`pool.run('startTicking', []); await pool.shutdown(); console.log('down')`)
    expect(ended).toEqual({ stdout: 'down\n', stderr: '', code: 0 })
  })

  test('prints all that threads printed before a shutdown', async () => {
    const { stdout } = await run(`
      pool.run('print', ['x'.repeat(100_000), 20])
      await pool.shutdown()`)
    expect(stdout.length).toBe(20 * 100_001)
  })

  test('hears nothing of a failure nobody asked for', async () => {
    const ended = await run(`
      const task = await pool.submit('fail', ['dropped'])
      await pool.idle()
      console.log(task.state)`)
    expect(ended).toEqual({ stdout: 'failed\n', stderr: '', code: 0 })
  })

  test('hears of a failure somebody asked for and ignored', async () => {
    for (const ignored of [
      `pool.run('fail', [1])`,
      `(await pool.submit('fail', [1])).result`,
      `(await pool.submit('fail', [1])).wait()`,
    ]) {
      expect(await run(`${ignored}; await pool.idle()`)).toMatchObject({ code: 1 })
    }
  })

  test('hears nothing of a failure that arrives before its result is read', async () => {
    const ended = await run(`
      const task = await pool.submit('fail', ['late'])
      await pool.idle()
      await task.result.catch(console.log)
      await task.result.catch(console.log)`)
    expect(ended).toEqual({ stdout: 'late\nlate\n', stderr: '', code: 0 })
  })

  test('may run a pool in a worker', async () => {
    const ended = await run(`
      const inner = \`
        import('@millrace/pool').then(async ({ threadPool }) => {
          const pool = threadPool('\${url.href}', { threads: 1 })
          console.log(await pool.run('add', [1, 2]))
        })\`
      new Worker(inner, { eval: true, execArgv: ['--conditions=@millrace/source'] })`)
    expect(ended).toEqual({ stdout: '3\n', stderr: '', code: 0 })
  })

  test('without the permission to start threads gets that as an error', async () => {
    const code = `await pool.run('add', [1, 2]).catch((error) => console.log(error.code, error.cause.code))`
    const ended = await run(code, ['--permission', '--allow-fs-read=*'])
    expect(ended.stdout).toBe('load-failed ERR_ACCESS_DENIED\n')
  })
})
