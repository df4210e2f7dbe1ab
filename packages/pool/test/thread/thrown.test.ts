import { describe, expect, test } from 'vitest'
import { packThrown, unpackThrown } from '../../src/thread/thrown.ts'

function crossed(thrown: unknown): unknown {
  const packed = packThrown(thrown)
  if (packed === undefined) throw new Error('it cannot cross')
  return unpackThrown(structuredClone(packed))
}

describe('an error that crosses to another thread', () => {
  test('keeps class, name, code, stack, cause and own fields if it is a DOMException', () => {
    const error = Object.assign(new DOMException('late', { name: 'TimeoutError', cause: new RangeError('root') }), {
      at: 5,
    })
    const out = crossed(error) as DOMException & { at: number; cause: unknown }
    expect(out).toBeInstanceOf(DOMException)
    expect([out.name, out.message, out.code, out.at, out.stack]).toEqual(['TimeoutError', 'late', 23, 5, error.stack])
    expect(out.cause).toMatchObject({ name: 'RangeError', message: 'root' })
  })

  test('and has itself many times among its errors takes along a hundred at most', () => {
    const error = new AggregateError([], 'many')
    error.errors.push(...Array(12).fill(error))
    const count = (one: unknown): number =>
      one instanceof AggregateError ? one.errors.reduce((sum: number, inner) => sum + count(inner), 1) : 0
    const all = count(crossed(error))
    expect(all).toBeGreaterThan(12)
    expect(all).toBeLessThanOrEqual(100)
  })

  test('and cannot be read is not taken for something else', () => {
    const trap = new Proxy(new Error('p'), {
      get() {
        throw new Error('trap')
      },
    })
    expect(packThrown(trap)).toBeUndefined()
  })
})
