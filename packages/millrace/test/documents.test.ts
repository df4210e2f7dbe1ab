import { runExamples } from '../../../tooling/examples.ts'

// The umbrella depends on every package, so the documents of the whole repository run from here.
runExamples(import.meta.url, new URL('../../../', import.meta.url))
runExamples(import.meta.url, new URL('../../../docs/', import.meta.url))
