const SIGNALS = ['SIGINT', 'SIGTERM'] as const

/** Resolves at the first signal. The next one has the effect that it has on every process: it dies of it. */
export function signalled(): Promise<void> {
  return new Promise((resolve) => {
    const hear = (): void => {
      for (const signal of SIGNALS) process.off(signal, hear)
      resolve()
    }
    for (const signal of SIGNALS) process.on(signal, hear)
  })
}
