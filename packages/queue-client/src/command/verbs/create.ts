import { EXIT, type Verb } from '../verb.ts'

/** `millrace-queue create`. */
export const create: Verb = {
  name: 'create',
  takes: '<queue>',
  summary: 'Makes a queue; one that is there with the same options stays as it is',
  makesFolder: true,
  options: [
    { name: 'capacity', value: '<n>', help: 'at most so many messages (default: 1000000)' },
    { name: 'capacity-bytes', value: '<n>', help: 'at most so many bytes of bodies and headers (default: 1 GiB)' },
    { name: 'overflow', value: '<what>', help: 'what a send does when it is full: reject or wait (default: reject)' },
    { name: 'lease-ms', value: '<ms>', help: 'how long a received message is leased (default: 30000)' },
    {
      name: 'max-deliveries',
      value: '<n>',
      help: 'after so many a message is a dead letter; with --dead-letter-queue',
    },
    { name: 'dead-letter-queue', value: '<queue>', help: 'where these go; it has to be there' },
    { name: 'order', value: '<order>', help: 'how messages leave: fifo or priority (default: fifo)' },
    { name: 'ttl-ms', value: '<ms>', help: 'so long after it can be received a message is dropped (default: never)' },
    { name: 'dedup-ms', value: '<ms>', help: 'how long a dedup key is remembered (default: 300000)' },
  ],
  more: '',
  prepare(args) {
    const [name = ''] = args.exactly('the name of a queue')
    const options = {
      capacity: args.whole('capacity', 1),
      capacityBytes: args.whole('capacity-bytes', 1),
      overflow: args.oneOf('overflow', ['reject', 'wait']),
      leaseMs: args.whole('lease-ms', 0),
      maxDeliveries: args.whole('max-deliveries', 1),
      deadLetterQueue: args.text('dead-letter-queue'),
      order: args.oneOf('order', ['fifo', 'priority']),
      ttlMs: args.whole('ttl-ms', 1),
      dedupMs: args.whole('dedup-ms', 0),
    }
    return async ({ engine, output }) => {
      const isNew = await engine.create(name, given(options))
      await output.tell(
        { queue: name, created: isNew },
        isNew ? `made ${name}` : `${name} is there already, with these options`,
      )
      return EXIT.done
    }
  },
}

/** Without what was not given. */
function given<T extends object>(options: T): T {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T
}
