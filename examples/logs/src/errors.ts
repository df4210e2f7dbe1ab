/** A request that cannot be carried out. Its message is one line for the user. */
export class LogsError extends Error {
  override readonly name: string = 'LogsError'
  /** Tells this error apart. */
  readonly code = 'usage'
}
