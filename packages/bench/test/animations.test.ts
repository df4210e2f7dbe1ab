import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { animations } from '../src/pipeline/animations.ts'

describe('the animations in docs/schedules', () => {
  test('are what the pipelines do: drawn again, they are the same', async () => {
    for (const [name, picture] of await animations()) {
      expect(picture).toBe(readFileSync(new URL(`../../../docs/schedules/${name}`, import.meta.url), 'utf8'))
    }
  })

  test('show that eager stages are faster than lazy ones, and faster still with a buffer', async () => {
    const tookMs = [...(await animations()).values()].map((picture) => Number(/: (\d+) ms/.exec(picture)?.[1]))
    expect(tookMs).toEqual([...tookMs].sort((a, b) => b - a))
    expect(new Set(tookMs).size).toBe(3)
  })
})
