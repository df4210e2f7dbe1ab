import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { openQueues } from '../src/index.ts'
import { rejection } from './support.ts'

function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-queue-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

describe('the folder of queues', () => {
  test('is made with those above it', async () => {
    const path = join(scratch(), 'a', 'b')
    const queues = await openQueues({ path })
    expect(existsSync(path)).toBe(true)
    await queues.close()
  })

  test('that cannot be made is an error of the system, at once', async () => {
    const file = join(scratch(), 'file')
    writeFileSync(file, '')
    expect(await rejection(openQueues({ path: join(file, 'queues') }))).toMatchObject({ code: 'ENOTDIR' })
    expect(await rejection(openQueues({ path: file }))).toMatchObject({
      code: 'ENOTDIR',
      message: `${file} is no folder`,
    })
  })

  test('that the system denies without a reason is an error, too', async ({ skip }) => {
    skip(process.platform !== 'linux', 'there is no /proc on this system')
    expect(await rejection(openQueues({ path: '/proc/queues' }))).toMatchObject({ code: 'ENOENT' })
  })
})
