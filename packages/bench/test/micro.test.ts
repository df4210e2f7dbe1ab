import { expect, test } from 'vitest'
import { MICRO_CASES } from '../src/micro.ts'

test.each(MICRO_CASES)('$group: $contender can be repeated', async ({ prepare }) => {
  const operation = prepare()
  for (let i = 0; i < 2000; i++) await operation()
})

test('the micro cases have names of their own in their group', () => {
  const names = MICRO_CASES.map(({ group, contender }) => `${group} / ${contender}`)
  expect(new Set(names).size).toBe(names.length)
})
