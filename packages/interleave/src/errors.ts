import type { Failure } from './model.ts'

/**
 * A schedule that breaks something. The message is the story: what broke, and every step that led to it, a column per actor.
 */
export class ScheduleError extends Error {
  /**
   * What broke: `check` threw or answered `false` (`'claim'`), an actor threw (`'throw'`), an actor is parked and nobody
   * is left to wake it (`'lost-wake'`), or actors loop for ever (`'livelock'`). Also tells this error apart.
   */
  readonly code: 'claim' | 'throw' | 'lost-wake' | 'livelock'
  override readonly name: string = 'ScheduleError'
  /** The schedule, to give to `replay`. */
  readonly schedule: string
  // Not a property of its own, since test runners print those below the message, which holds it already.
  readonly #story: string

  constructor({ code, reason, cause }: Failure, schedule: string, story: string) {
    super(`${reason}\n\n${story}`, { cause })
    this.code = code
    this.schedule = schedule
    this.#story = story
  }

  /** The steps, a column per actor, and what broke. */
  get story(): string {
    return this.#story
  }
}
