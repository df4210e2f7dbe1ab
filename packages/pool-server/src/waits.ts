import type { ServerResponse } from 'node:http'

/** Why a wait of a request ended before its time. */
export type Interruption = 'gone' | 'stopping'

/** The client of a request left before it was answered. Nobody hears of it. */
export class Gone extends Error {
  override readonly name: string = 'Gone'
}

/**
 * The requests that wait for the pool. Each has a signal that aborts when its client is gone or the server stops.
 *
 * INVARIANT  no listener and no signal outlives its wait.
 */
export class Waits {
  readonly #controllers = new Set<AbortController>()
  #isStopping = false

  /** Whether nobody may wait any more. */
  get isStopping(): boolean {
    return this.#isStopping
  }

  /** Waits for `work`, with a signal for which `reasonOf` tells why it aborted. */
  async during<R>(response: ServerResponse, work: (signal: AbortSignal) => Promise<R>): Promise<R> {
    const controller = new AbortController()
    const leave = (): void => abort(controller, 'gone')
    if (this.#isStopping) abort(controller, 'stopping')
    if (response.destroyed) leave()
    response.once('close', leave)
    this.#controllers.add(controller)
    try {
      return await work(controller.signal)
    } finally {
      this.#controllers.delete(controller)
      response.off('close', leave)
    }
  }

  /** Ends all waits, now and from now on. */
  stop(): void {
    this.#isStopping = true
    for (const controller of this.#controllers) abort(controller, 'stopping')
  }
}

/** Why a signal of `Waits` aborted. */
export function reasonOf(signal: AbortSignal): Interruption | undefined {
  return signal.reason
}

function abort(controller: AbortController, reason: Interruption): void {
  controller.abort(reason)
}
