/**
 * Listens at a port that is free again once its listener has closed: who asks for any port, and who connects to somewhere, gets a higher one.
 * Other tests do so by the thousand meanwhile.
 */
export async function listenAtOwn<R>(listen: (port: number) => Promise<R>): Promise<R> {
  for (;;) {
    try {
      return await listen(15_000 + Math.floor(Math.random() * 15_000))
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'EADDRINUSE') throw error
    }
  }
}
