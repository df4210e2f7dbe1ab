import type { Reporter, TestCase } from 'vitest/node'

/** Prints each test that is skipped, and why: the usual reporter does so only where something else failed. */
export const skips: Reporter = {
  onTestCaseResult(test: TestCase) {
    const result = test.result()
    if (result.state !== 'skipped') return
    // The name of a group that is skipped as a whole says why.
    console.log(`skipped: ${test.fullName}${result.note === undefined ? '' : `: ${result.note}`}`)
  },
}
