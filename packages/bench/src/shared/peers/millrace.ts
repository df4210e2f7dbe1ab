import type { SharedHandle, SharedReceiver, SharedSender } from '@millrace/mpsc/shared'
import type { Value } from '@millrace/ring'
import { bytes, type Codec, f64, string, struct, u32 } from '@millrace/ring/codec'
import { type Ends, ends, type SharedContender } from '../contender.ts'
import { bytesOf, type PayloadName, payloadOf } from '../payload.ts'
import type { SharedScenario } from '../scenario.ts'
import {
  answer,
  answerSync,
  ask,
  askSync,
  type FarWork,
  type NearWork,
  sendBatches,
  sendEachSync,
  takeEach,
  takeEachSync,
  takeMany,
} from '../work.ts'

type Handle = SharedHandle<Value>

/** The shared face of a package: `millrace-mpsc.ts` and `millrace-mpmc.ts` hand in theirs. */
export interface SharedFace {
  sharedChannel(options: { capacity: number; codec: Codec<Value> }): { readonly handle: Handle }
  attachSender(handle: Handle): SharedSender<Value>
  attachReceiver(handle: Handle): SharedReceiver<Value>
}

/** The routes of a shared channel of ours, whichever package makes it. */
export function millraceRoutes(face: SharedFace): Required<SharedContender['routes']> {
  const awaiting = flow(face, sendSync, ({ payload }, receiver) =>
    takeEach(payloadOf(payload), () => receiver.receive()),
  )
  const blocking = flow(face, sendSync, ({ payload }, receiver) =>
    takeEachSync(payloadOf(payload), () => receiver.receiveSync()),
  )
  const batches = flow(face, sendMany, ({ payload, batch }, receiver) =>
    takeMany(payloadOf(payload), () => receiver.receiveMany(batch)),
  )
  const numberBatches = flow(face, sendNumbers, ({ batch }, receiver) => takeInto(receiver, batch))
  const borrowing = flow(face, sendSync, ({ payload }, receiver) => {
    const { read } = payloadOf(payload)
    const values = { ...payloadOf(payload), read: (number: unknown) => number as number }
    return takeEachSync(values, () => receiver.borrowSync(read)?.value)
  })
  return {
    'u32-await': awaiting,
    'u32-batch': numberBatches,
    'u32-sync': blocking,
    '64-await': awaiting,
    '64-batch': batches,
    '64-sync': blocking,
    '1k-borrow': borrowing,
    '1k-copy': blocking,
    'object-await': awaiting,
    'object-batch': batches,
    'object-sync': blocking,
    'trip-await-block': trip(face, asking, answeringSync),
    'trip-block-block': trip(face, askingSync, answeringSync),
    'trip-await-await': trip(face, asking, answering),
  }
}

/** Two ends of one channel, from the far thread to the near one. */
function flow(
  { sharedChannel, attachSender, attachReceiver }: SharedFace,
  far: (scenario: SharedScenario, sender: SharedSender<Value>) => FarWork,
  near: (scenario: SharedScenario, receiver: SharedReceiver<Value>) => NearWork,
): Ends {
  return ends<Handle, Handle>({
    open: ({ capacity, payload }) => {
      const { handle } = sharedChannel({ capacity, codec: codecOf(payload) })
      return { near: { data: handle }, far: { data: handle } }
    },
    near: (handle, scenario) => near(scenario, attachReceiver(handle)),
    far: (handle, scenario) => far(scenario, attachSender(handle)),
  })
}

/** Sends arrays, each awaited. */
function sendMany({ payload, batch }: SharedScenario, sender: SharedSender<Value>): FarWork {
  return sendBatches(payloadOf(payload), batch, (values) => sender.sendMany(values as Value[]))
}

/** Sends numbers out of a typed array, so that none is looked at. */
function sendNumbers({ batch }: SharedScenario, sender: SharedSender<Value>): FarWork {
  const array = new Uint32Array(batch)
  return async (items) => {
    for (let first = 0; first < items; first += batch) {
      const count = Math.min(batch, items - first)
      for (let i = 0; i < count; i++) array[i] = first + i
      await sender.sendMany(count === batch ? array : array.subarray(0, count))
    }
  }
}

/** Takes numbers into a typed array, so that no object is made for any. */
function takeInto(receiver: SharedReceiver<Value>, batch: number): NearWork {
  const array = new Uint32Array(batch)
  return async (items) => {
    let received = 0
    let sum = 0
    while (received < items) {
      const count = await receiver.receiveInto(array)
      if (count === 0) break
      received += count
      for (let i = 0; i < count; i++) sum += array[i] ?? Number.NaN
    }
    return { received, sum }
  }
}

function sendSync({ payload }: SharedScenario, sender: SharedSender<Value>): FarWork {
  return sendEachSync(payloadOf(payload), (value) => sender.sendSync(value as Value))
}

/** The two channels of a round trip, of which each thread has one end. */
interface Trip {
  readonly there: Handle
  readonly back: Handle
}

type Side<Work> = (sender: SharedSender<Value>, receiver: SharedReceiver<Value>) => Work

const asking: Side<NearWork> = (sender, receiver) =>
  ask(
    (value) => sender.send(value),
    () => receiver.receive() as Promise<number>,
  )

const askingSync: Side<NearWork> = (sender, receiver) =>
  askSync(
    (value) => sender.sendSync(value),
    () => receiver.receiveSync() as number,
  )

const answering: Side<FarWork> = (sender, receiver) =>
  answer(
    () => receiver.receive() as Promise<number>,
    (value) => sender.send(value),
  )

const answeringSync: Side<FarWork> = (sender, receiver) =>
  answerSync(
    () => receiver.receiveSync() as number,
    (value) => sender.sendSync(value),
  )

function trip(
  { sharedChannel, attachSender, attachReceiver }: SharedFace,
  near: Side<NearWork>,
  far: Side<FarWork>,
): Ends {
  return ends<Trip, Trip>({
    open: ({ capacity, payload }) => {
      const codec = codecOf(payload)
      const trip = { there: sharedChannel({ capacity, codec }).handle, back: sharedChannel({ capacity, codec }).handle }
      return { near: { data: trip }, far: { data: trip } }
    },
    near: ({ there, back }) => near(attachSender(there), attachReceiver(back)),
    far: ({ there, back }) => far(attachSender(back), attachReceiver(there)),
  })
}

function codecOf(payload: PayloadName): Codec<Value> {
  const codec: unknown = payload === 'u32' ? u32 : payload === 'object' ? ITEM : bytes(bytesOf(payload))
  return codec as Codec<Value>
}

const ITEM = struct({ id: u32, name: string(16), n: f64 })
