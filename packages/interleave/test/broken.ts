import { ScheduleError } from '@millrace/interleave'

/** What an exploration that must fail throws. */
export function broken(exploration: () => unknown): ScheduleError {
  try {
    exploration()
  } catch (error) {
    if (error instanceof ScheduleError) return error
    throw error
  }
  throw new Error('no schedule broke anything')
}
