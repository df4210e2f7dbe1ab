import { expect, test } from 'vitest'
import { metricsText } from '../src/http.ts'

test('a label is one line and ends where it ends, whatever is in it', () => {
  const labels = { outcome: 'a "b"\n\\c' }
  const text = metricsText([{ name: 'n_total', help: 'what', samples: [{ labels, value: 1 }] }])
  expect(text).toBe('# HELP n_total what\n# TYPE n_total counter\nn_total{outcome="a \\"b\\"\\n\\\\c"} 1\n')
})
