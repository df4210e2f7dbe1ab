import { describe, expect, test } from 'vitest'
import { oneOf, readArguments, syncOf, UsageError, wholeNumber } from '../src/index.ts'

const options = { port: { type: 'string', short: 'p' }, path: { type: 'string' }, json: { type: 'boolean' } } as const

describe('arguments', () => {
  test('are read by option, and what belongs to none in its order', () => {
    const { values, positionals } = readArguments(['a', '--port=1', '--json', 'b', '--', '--path'], options)
    expect([{ ...values }, positionals]).toEqual([{ port: '1', json: true }, ['a', 'b', '--path']])
  })

  test('may be numbers below 0, where an option takes something', () => {
    expect(readArguments(['--port', '-1', '--path', '-.5'], options).values).toMatchObject({ port: '-1', path: '-.5' })
    expect(() => readArguments(['--json', '-1'], options)).toThrow(new UsageError('there is no option -1'))
    expect(readArguments(['--', '--port', '-1'], options).positionals).toEqual(['--port', '-1'])
  })

  test.each([
    [['--prot', '1'], 'there is no option --prot; did you mean --port?'],
    [['--\u001b[2J'], 'there is no option --\\e[2J'],
    [['-x'], 'there is no option -x'],
    [['--port'], "Option '-p, --port <value>' argument missing"],
  ])('%j are refused with one sentence', (args, sentence) => {
    expect(() => readArguments(args, options)).toThrow(new UsageError(sentence))
  })
})

describe('a value', () => {
  test('is a whole number within bounds, if it is there', () => {
    expect(wholeNumber('--n', undefined, 1)).toBeUndefined()
    expect([wholeNumber('--n', '1', 1), wholeNumber('--n', '007', 1, 7)]).toEqual([1, 7])
    for (const text of ['', ' 1', '1e3', '-1', '0x1', '8'])
      expect(() => wholeNumber('--n', text, 1, 7)).toThrow(
        new UsageError(`--n: expected a whole number from 1 to 7, got ${JSON.stringify(text)}`),
      )
    expect(() => wholeNumber('--n', '0', 1)).toThrow('--n: expected a whole number from 1, got "0"')
  })

  test('is one of the words that are known', () => {
    expect(oneOf('--what', 'b', ['a', 'b'])).toBe('b')
    expect(() => oneOf('--what', 'c', ['a', 'b'])).toThrow(new UsageError('--what: expected a or b, got "c"'))
  })

  test('says when a change is on disk', () => {
    expect([syncOf('always'), syncOf('never'), syncOf('50')]).toEqual(['always', 'never', { everyMs: 50 }])
    for (const text of ['often', '0', '2147483648', ''])
      expect(() => syncOf(text)).toThrow('--sync: expected always, never or a number of milliseconds, got')
  })
})

test('a misuse is told with the way to the help, unless it asks what was meant', () => {
  expect(new UsageError('expected a queue').sentence).toBe('expected a queue; see --help')
  expect(new UsageError('did you mean mail?').sentence).toBe('did you mean mail?')
})
