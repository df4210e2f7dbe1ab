import type { Ends, Kind, Make } from '../src/conformance.ts'
import type { OverflowOptions, Value } from '../src/index.ts'
import { unboundedChannel } from '../src/index.ts'
import { channel, ends } from './local.ts'

const make: Make = (capacity, options) => channel({ capacity, ...options })

/** A channel whose capacity was another one before. */
const resized =
  (from: (capacity: number) => number): Make =>
  (capacity, options) => {
    const both = channel({ capacity: from(capacity), ...options })
    both.receiver.setCapacity(capacity)
    return both
  }

/** Every outcome comes a few turns of the event loop late, as between threads. */
function late(capacity: number, options: OverflowOptions<Value>): Ends {
  const { sender, receiver } = channel<Value>({ capacity, ...options })
  return { sender: delaying(sender), receiver: delaying(receiver) }
}

function delaying<E extends object>(endpoint: E): E {
  return new Proxy(endpoint, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target)
      if (typeof member !== 'function') return member
      return (...given: unknown[]) => {
        const answer: unknown = member.apply(target, given)
        if (name === 'clone') return delaying(answer as object)
        return answer instanceof Promise ? answer.finally(turns) : answer
      }
    },
  })
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve))
}

/** Every kind of local channel, by name. */
export const everyKind: Record<string, Kind> = {
  'capacity 1': { make, capacity: 1 },
  'capacity 2': { make, capacity: 2 },
  'capacity 3': { make, capacity: 3 },
  'capacity 7': { make, capacity: 7 },
  rendezvous: { make, capacity: 0 },
  unbounded: { make: (_, { onDrop }) => ends(unboundedChannel({ onDrop })), capacity: Number.POSITIVE_INFINITY },
  'drop-oldest 1': { make, capacity: 1, overflow: 'drop-oldest' },
  'drop-oldest 3': { make, capacity: 3, overflow: 'drop-oldest' },
  'drop-newest 1': { make, capacity: 1, overflow: 'drop-newest' },
  'drop-newest 3': { make, capacity: 3, overflow: 'drop-newest' },
  'reject 1': { make, capacity: 1, overflow: 'reject' },
  'reject 3': { make, capacity: 3, overflow: 'reject' },
  'rendezvous drop-newest': { make, capacity: 0, overflow: 'drop-newest' },
  'rendezvous reject': { make, capacity: 0, overflow: 'reject' },
  'shrunk to 2': { make: resized((capacity) => capacity + 5), capacity: 2 },
  'grown to 3': { make: resized(() => 1), capacity: 3 },
  'grown to 3, drop-oldest': { make: resized(() => 1), capacity: 3, overflow: 'drop-oldest' },
  'late 1': { make: late, capacity: 1, local: false },
  'late 3': { make: late, capacity: 3, local: false },
}
