import type { Receiver, Sender } from '@millrace/channel'
import { batch, type Drives, flow, iterate, many, pingPong, seq, tryFirst } from '../topology.ts'

/** The drives of a channel of ours, whichever package makes it. */
export function millraceDrives(
  channel: (options: { capacity: number }) => { sender: Sender<number>; receiver: Receiver<number> },
): Required<Drives> {
  const open = (capacity: number) => {
    const { sender, receiver } = channel({ capacity })
    return { send: (value: number) => sender.send(value), receive: () => receiver.receive() }
  }
  return {
    ...flow(open),
    ...tryFirst((capacity) => {
      const { sender, receiver } = channel({ capacity })
      return {
        trySend: (value) => sender.trySend(value) === 'sent',
        send: (value) => sender.send(value),
        tryReceive: () => receiver.tryReceive(),
        receive: () => receiver.receive(),
      }
    }),
    ...pingPong(open),
    ...seq((capacity) => {
      const { sender, receiver } = channel({ capacity })
      return { trySend: (value) => sender.trySend(value) === 'sent', tryReceive: () => receiver.tryReceive() }
    }),
    ...iterate((capacity) => {
      const { sender, receiver } = channel({ capacity })
      return { send: (value) => sender.send(value), close: () => sender.close(), values: receiver }
    }),
    ...batch((capacity) => {
      const { sender, receiver } = channel({ capacity })
      return { send: (value) => sender.send(value), receiveMany: (max) => receiver.receiveMany(max) }
    }),
    ...many((capacity) => {
      const { sender, receiver } = channel({ capacity })
      return {
        sendMany: (values) => sender.sendMany(values),
        close: () => sender.close(),
        batches: (max) => receiver.batches(max),
      }
    }),
  }
}
