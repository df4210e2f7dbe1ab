import { runExamples } from '../../../tooling/examples.ts'

runExamples(import.meta.url)
