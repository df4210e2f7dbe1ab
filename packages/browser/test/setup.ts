import { turn } from '@millrace/notify'

// The suites of other packages wait for turns with Node's `setImmediate`. Ours chose what a browser has when it was loaded, above.
turn()
Object.assign(globalThis, {
  setImmediate(callback: (...args: unknown[]) => void, ...args: unknown[]): void {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => {
      port1.close()
      callback(...args)
    }
    port2.postMessage(undefined)
  },
})
