import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { jsonLine, oneLine, quoted, readText, reasonOf } from '../src/index.ts'

test('a reason is one line that cannot drive the terminal, of the system in its own words', () => {
  expect(reasonOf(new Error('first\nsecond\u001b[2J'))).toBe('first second\\e[2J')
  expect(reasonOf('\u0007')).toBe('\\u0007')
  try {
    readFileSync('/nowhere/at/all')
    expect.unreachable()
  } catch (error) {
    expect(reasonOf(error)).toBe('no such file or directory (ENOENT)')
  }
})

test('a file that cannot be read is told with the option that names it', () => {
  const sentence = '--token-file: cannot read /nowhere/at/all: no such file or directory (ENOENT)'
  expect(() => readText('--token-file', '/nowhere/at/all')).toThrow(sentence)
})

test('text of others is shown escaped, and JSON stays what it was', () => {
  expect(oneLine('a\tb\r\n\u202ec\u2028')).toBe('a\\tb\\r\\n\\u202ec\\u2028')
  expect(quoted('a"\u202e')).toBe('"a\\"\\u202e"')
  const value = { a: 'b\u2028\u009b\ud800' }
  expect(jsonLine(value)).toMatch(/^[ -~]+$/)
  expect(JSON.parse(jsonLine(value))).toEqual(value)
})
