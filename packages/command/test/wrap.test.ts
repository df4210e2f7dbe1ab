import { expect, test } from 'vitest'
import { listed, wrapped } from '../src/index.ts'

test('a text is cut between words, and a word that is longer than a line has one of its own', () => {
  expect(wrapped(' one  two\nthree elephants a', 7)).toBe('one two\nthree\nelephants\na')
})

test('what names are stands beside them, and below them where there is no room', () => {
  const entries = [
    ['-p', 'a port of this machine, or none'],
    ['--path', 'a folder'],
  ] as const
  expect(listed(entries, 40)).toBe('  -p      a port of this machine, or\n          none\n  --path  a folder')
  expect(listed(entries, 30)).toBe('  -p\n      a port of this machine,\n      or none\n  --path\n      a folder')
})
