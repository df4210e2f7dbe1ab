import { expect, test } from 'vitest'
import { QueueError } from '../src/index.ts'

test('an error of another copy of the package is a QueueError, any other error is none', () => {
  expect(new QueueError('full', 'no room')).toBeInstanceOf(QueueError)
  expect(Object.assign(new Error('no room'), { name: 'QueueError', code: 'full' })).toBeInstanceOf(QueueError)
  for (const other of [new Error('x'), new TypeError('x'), { name: 'QueueError', code: 'full' }, undefined]) {
    expect(other).not.toBeInstanceOf(QueueError)
  }
})
