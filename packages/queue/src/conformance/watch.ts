/** What nobody should leave behind: listeners on a signal, and rejections that nobody hears. */

interface Listening {
  readonly listener: unknown
  readonly isOnce: boolean
}

/** A signal that tells how many listen to it. */
export interface WatchedSignal {
  readonly signal: AbortSignal
  readonly listeners: number
  abort(reason: unknown): void
}

/** A signal that counts the listeners it has. */
export function watchedSignal(): WatchedSignal {
  const controller = new AbortController()
  const { signal } = controller
  const [add, remove] = [signal.addEventListener.bind(signal), signal.removeEventListener.bind(signal)]
  let all: Listening[] = []
  signal.addEventListener = (type: string, listener: never, options?: boolean | { once?: boolean }) => {
    all.push({ listener, isOnce: typeof options === 'object' && options.once === true })
    add(type, listener, options)
  }
  signal.removeEventListener = (type: string, listener: never, options?: boolean | EventListenerOptions) => {
    all = all.filter((each) => each.listener !== listener)
    remove(type, listener, options)
  }
  return {
    signal,
    get listeners() {
      return all.length
    },
    abort(reason) {
      controller.abort(reason)
      all = all.filter(({ isOnce }) => !isOnce)
    },
  }
}

/** What of Node this needs, where there is one. */
interface Host {
  on(event: 'unhandledRejection', listener: (reason: unknown) => void): void
  off(event: 'unhandledRejection', listener: (reason: unknown) => void): void
}

/** Collects rejections that nobody hears, until it is stopped. */
export function watchRejections(): { readonly unheard: readonly unknown[]; stop(): void } {
  const unheard: unknown[] = []
  const listener = (reason: unknown): void => void unheard.push(reason)
  const host = (globalThis as { process?: Partial<Host> }).process
  host?.on?.('unhandledRejection', listener)
  return { unheard, stop: () => host?.off?.('unhandledRejection', listener) }
}

/** The same object; of the promises that its methods give, a rejection counts as heard, also of one that a broken claim never came to. */
export function heard<T extends object>(target: T): T {
  return new Proxy(target, {
    get(_, name) {
      const member: unknown = Reflect.get(target, name)
      if (typeof member !== 'function') return member
      return (...args: unknown[]) => hear(member.apply(target, args))
    },
  })
}

function hear(result: unknown): unknown {
  if (result instanceof Promise) result.catch(() => {})
  const done = (result as { done?: unknown } | undefined)?.done
  if (done instanceof Promise) done.catch(() => {})
  return result
}
