import { channel, move, type Receiver, type Result, type Sender, spawn } from 'multithreading'
import type { OwnThreads, SharedContender } from '../contender.ts'
import { numbers } from '../payload.ts'
import { ask, askSync, type NearWork, takeEach, takeEachSync } from '../work.ts'

/**
 * What the library runs in its thread is a function without a closure, sent there as text. A channel of its own tells it
 * how many values to send.
 */
type Send = (runs: Receiver<number>, sender: Sender<number>) => Promise<void>

const sendAwaiting: Send = async (runs, sender) => {
  for (let run = await runs.recv(); run.ok; run = await runs.recv()) {
    for (let i = 0; i < run.value; i++) await sender.send(i)
  }
}

const sendBlocking: Send = async (runs, sender) => {
  for (let run = await runs.recv(); run.ok; run = await runs.recv()) {
    for (let i = 0; i < run.value; i++) sender.blockingSend(i)
  }
}

type Answer = (there: Receiver<number>, back: Sender<number>) => Promise<void>

const answerAwaiting: Answer = async (there, back) => {
  for (let value = await there.recv(); value.ok; value = await there.recv()) await back.send(value.value)
}

const answerBlocking: Answer = async (there, back) => {
  for (let value = there.blockingRecv(); value.ok; value = there.blockingRecv()) back.blockingSend(value.value)
}

/** The near end is always in the main thread: the library does not start threads elsewhere. */
function flow(send: Send, take: (receiver: Receiver<number>) => NearWork): OwnThreads {
  return {
    drive: ({ capacity }) => {
      const [runSender, runs] = channel<number>(1)
      const [sender, receiver] = channel<number>(capacity)
      spawn(move(runs, sender), send)
      const work = take(receiver)
      return async ({ items }) => {
        await runSender.send(items)
        return work(items)
      }
    },
  }
}

const awaiting = flow(sendAwaiting, (receiver) => takeEach(numbers(), async () => unwrap(await receiver.recv())))

const blocking = flow(sendBlocking, (receiver) => takeEachSync(numbers(), () => unwrap(receiver.blockingRecv())))

function trip(answer: Answer, begin: (there: Sender<number>, back: Receiver<number>) => NearWork): OwnThreads {
  return {
    drive: ({ capacity }) => {
      const [thereSender, thereReceiver] = channel<number>(capacity)
      const [backSender, backReceiver] = channel<number>(capacity)
      spawn(move(thereReceiver, backSender), answer)
      const work = begin(thereSender, backReceiver)
      return async ({ items }) => work(items)
    },
  }
}

const askAwaiting = (there: Sender<number>, back: Receiver<number>): NearWork =>
  ask(
    (value) => there.send(value),
    async () => unwrap(await back.recv()),
  )

const askBlocking = (there: Sender<number>, back: Receiver<number>): NearWork =>
  askSync(
    (value) => there.blockingSend(value),
    () => unwrap(back.blockingRecv()),
  )

function unwrap<T>(result: Result<T>): T {
  if (!result.ok) throw result.error
  return result.value
}

/** `channel` of multithreading. */
export const contender: SharedContender = {
  name: 'multithreading',
  kind: 'peer',
  note: 'the near end is always on the main thread; not measured with objects, of which some arrive without their strings under load',
  routes: {
    'u32-await': awaiting,
    'u32-sync': blocking,
    'trip-await-block': trip(answerBlocking, askAwaiting),
    'trip-block-block': trip(answerBlocking, askBlocking),
    'trip-await-await': trip(answerAwaiting, askAwaiting),
  },
}
