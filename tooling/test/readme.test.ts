import { join } from 'node:path'
import { testExamples } from '../examples.ts'

const root = join(import.meta.dirname, '../..')

// The umbrella depends on every package the README speaks of.
testExamples(root, join(root, 'packages/millrace'))
testExamples(join(root, 'docs'), join(root, 'packages/millrace'))
