import { describe, expect, it } from 'vitest'
import { bytePath, fsPath, joinPath, latin1, parentOf, printable, printableText, textOf } from '../src/names.ts'

describe('textOf', () => {
  it('gives back the text that a path was made of', () => {
    for (const text of ['plain', 'with space', 'line\nbreak', 'naïve', '日本', '🙂👩‍🚀', '\ufeffmark', '']) {
      expect(textOf(bytePath(text))).toBe(text)
      expect(fsPath(bytePath(text))).toEqual(Buffer.from(text))
    }
  })

  it('is undefined for bytes that are not UTF-8', () => {
    for (const bytes of ['\xff', 'a\xc3', '\xed\xa0\x80', '\xc0\xaf']) expect(textOf(latin1(bytes))).toBeUndefined()
  })
})

describe('joinPath and parentOf', () => {
  it('leave out the root', () => {
    expect(joinPath(latin1('.'), latin1('a'))).toBe('a')
    expect(joinPath(latin1('a'), latin1('b'))).toBe('a/b')
    expect(joinPath(latin1('/'), latin1('b'))).toBe('/b')
    expect(parentOf(latin1('a'))).toBe('.')
    expect(parentOf(latin1('a/b/c'))).toBe('a/b')
  })
})

describe('printable', () => {
  it('keeps letters of all scripts and emoji', () => {
    expect(printable(bytePath('Grüße/日本/👩‍🚀 b'))).toBe('Grüße/日本/👩‍🚀 b')
  })

  it('spells out control characters, reversing marks, backslashes and bytes that are not UTF-8', () => {
    expect(printable(bytePath('a\nb\tc\u001b[31m\u0085'))).toBe('a\\nb\\tc\\x1b[31m\\x85')
    expect(printable(bytePath('a\u202eb\\c'))).toBe('a\\u{202e}b\\\\c')
    expect(printable(latin1('ok/\xff\n\xe9'))).toBe('ok/\\xff\\n\\xe9')
    expect(printableText('one\r\ntwo\u001b]0;x\u0007')).toBe('one\\r\\ntwo\\x1b]0;x\\x07')
  })
})
