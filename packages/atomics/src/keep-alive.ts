/** A message port, with what Node adds to it. */
interface HoldingPort {
  close(): void
  ref?(): void
  unref?(): void
}

let port: HoldingPort | undefined
let holders = 0

/**
 * Keeps the process alive until `releaseProcess` was called as often. A pending `Atomics.waitAsync` does not (nodejs/node#61941);
 * a message port does, as long as it is referenced. One port serves the thread.
 */
export function holdProcess(): void {
  holders++
  if (holders > 1) return
  port ??= new MessageChannel().port1
  port.ref?.()
}

/** Ends one hold. */
export function releaseProcess(): void {
  holders--
  if (holders === 0) port?.unref?.()
}
