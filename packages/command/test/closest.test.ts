import { expect, test } from 'vitest'
import { closest } from '../src/index.ts'

test.each([
  ['recieve', 'receive'],
  ['RECEIVE', 'receive'],
  ['sned', 'send'],
  ['lst', 'list'],
  ['xyz', undefined],
  ['', undefined],
])('%j is most likely %j', (typed, meant) => {
  expect(closest(typed, ['receive', 'send', 'list', 'stats'])).toBe(meant)
})
