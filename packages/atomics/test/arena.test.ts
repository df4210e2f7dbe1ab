import { describe, expect, test } from 'vitest'
import { Arena, arena, attachArena, defaultArena } from '../src/arena.ts'
import { provideKernel } from '../src/execution.ts'
import { kernel } from '../src/javascript.ts'
import { CLOSED_BY_RECEIVERS, CLOSED_BY_SENDERS, STATE } from '../src/kernel/layout.ts'
import { sizeClass } from '../src/memory.ts'
import { bareObject, lazyRing, recordRing, slab, slotQueue } from '../src/objects.ts'
import { words } from '../src/words.ts'

provideKernel(kernel)

describe.each(['wasm', 'javascript'] as const)('an arena of the %s kernel', (execution) => {
  test('gives blocks on lines of 128 bytes that do not overlap', () => {
    const own = arena({ execution })
    const blocks = [0, 1, 112, 113, 1000, 5000, 100_000].map((bytes) => ({
      at: own.allocate(bytes),
      bytes: bytes + 16,
    }))
    for (const { at } of blocks) expect(at % 128).toBe(0)
    const ends = blocks.toSorted((a, b) => a.at - b.at).map(({ at, bytes }) => [at, at + bytes])
    for (const [i, [from = 0]] of ends.entries()) expect(from).toBeGreaterThanOrEqual(ends[i - 1]?.[1] ?? 0)
  })

  test('stays flat when ten thousand objects are made and dropped', () => {
    const own = arena({ execution })
    const make = () => [
      slotQueue(own, { capacity: 100, slotBytes: 72 }),
      recordRing(own, { blocks: 64, maxBytes: 100 }),
      slab(own, { capacity: 4, blocks: 8, blockBytes: 256 }),
      lazyRing(own, { capacity: 64, slotBytes: 8 }),
      bareObject(own, { capacity: 3 }),
    ]
    for (const object of make()) own.detach(object)
    const bytes = own.views().u8.length
    for (let i = 0; i < 2000; i++) for (const object of make()) own.detach(object)
    own.views(bytes + 1)
    expect(own.views().u8.length).toBe(bytes)
  })

  test('grows as far as maxBytes and then refuses with a RangeError that names it', () => {
    const own = arena({ execution, maxBytes: 2 ** 20 })
    const blocks: number[] = []
    expect(() => {
      for (;;) blocks.push(own.allocate(50_000))
    }).toThrow(/^bytes: 50000 more do not fit into the arena, whose maxBytes is 1048576$/)
    expect(blocks.length).toBeGreaterThan(14)
    own.free(blocks[3] as number)
    expect(own.allocate(50_000)).toBe(blocks[3])
  })

  test.each([2 ** 30, 2 ** 31 - 17, 2 ** 31, 2 ** 32 - 16, 2 ** 32, 2 ** 45, Number.MAX_SAFE_INTEGER])(
    'refuses %d bytes, more than it may ever hold, and is whole after',
    (bytes) => {
      const own = arena({ execution, maxBytes: 2 ** 20 })
      const block = own.allocate(1000)
      expect(() => own.allocate(bytes)).toThrow(
        new RangeError(`bytes: ${bytes} more do not fit into the arena, whose maxBytes is 1048576`),
      )
      expect(own.allocate(1000)).toBe(block + sizeClass(1016).bytes)
    },
  )

  test('has views that cover every address handed out, for ever', () => {
    const own = arena({ execution })
    const block = own.allocate(64)
    const { i32 } = own.views()
    const large = own.allocate(2 ** 22)
    own.views().i32[(large + 2 ** 22) >> 2] = 7
    expect(own.views().i32[(large + 2 ** 22) >> 2]).toBe(7)
    i32[(block + 16) >> 2] = 5
    expect(own.views().i32[(block + 16) >> 2]).toBe(5)
  })

  test('is one arena in a thread, however often its memory arrives', () => {
    const own = arena({ execution })
    expect(attachArena(structuredClone(own.memory))).toBe(own)
  })

  test('refuses a handle whose object is gone, also if its place is taken again', () => {
    const own = arena({ execution })
    const first = slotQueue(own, { capacity: 1, slotBytes: 8 })
    const handle = own.handle(first)
    expect(own.attach(handle, 1, 0)).toBe(true)
    own.detach(first, 1, 0)
    expect(own.attach(handle)).toBe(false)
    const second = slotQueue(own, { capacity: 1, slotBytes: 8 })
    expect(second).toBe(first)
    expect(own.attach(handle)).toBe(false)
    expect(own.attach(own.handle(second))).toBe(true)
  })

  test('closes a side when its last endpoint leaves, and never the side of a bare ring', () => {
    const own = arena({ execution })
    const object = slotQueue(own, { capacity: 1, slotBytes: 8 })
    const handle = own.handle(object)
    own.attach(handle, 2, 1)
    own.detach(object, 1, 0)
    expect(words.load(own, object + STATE)).toBe(0)
    own.detach(object, 1, 0)
    expect(words.load(own, object + STATE)).toBe(CLOSED_BY_SENDERS)
    own.kernel.reserve(object, 1, own.credits(object))
    own.detach(object, 0, 1)
    expect(own.attach(handle)).toBe(false)
    const ring = slotQueue(own, { capacity: 1, slotBytes: 8 })
    own.attach(own.handle(ring))
    expect(words.load(own, ring + STATE)).toBe(0)
  })

  test('keeps an object while a credit of it is out', () => {
    const own = arena({ execution })
    const object = bareObject(own, { capacity: 2 })
    expect(own.kernel.reserve(object, 2, own.credits(object))).toBe(1)
    expect(own.kernel.reserve(object, 1, own.credits(object))).toBe(0)
    own.detach(object)
    expect(own.attach(own.handle(object))).toBe(true)
    own.kernel.release(object, 2, own.credits(object))
    own.detach(object)
    expect(own.attach({ memory: own.memory, object, generation: 1 })).toBe(false)
  })

  test('moves the scratch block when more is asked for, and only then', () => {
    const own = arena({ execution })
    const first = own.scratch()
    expect(own.scratch(1000)).toBe(first)
    const second = own.scratch(100_000)
    expect([second % 128, second === first, own.scratch()]).toEqual([0, false, second])
  })

  test('has a scratch block for each copy of this package in the thread, and none frees that of another', () => {
    const own = arena({ execution })
    const other = new Arena(own.memory)
    expect(other.participant).toBe(own.participant)
    const first = own.scratch()
    own.views().u8.fill(7, first, first + 100)
    const second = other.scratch()
    expect(second).not.toBe(first)
    const third = own.scratch(100_000)
    const taken = [own, other].map((each) => each.allocate(16_384))
    expect(taken.includes(first - 128)).toBe(true)
    expect(taken.includes(second - 128)).toBe(false)
    expect(other.scratch(200_000)).not.toBe(third)
    expect(own.scratch()).toBe(third)
    expect(own.allocate(16_384)).toBe(second - 128)
  })

  test('gives the scratch blocks of all copies back when the thread is gone', () => {
    const own = arena({ execution, participants: 2 })
    const blocks = [own, new Arena(own.memory), new Arena(own.memory)].map((each) => each.scratch() - 128)
    expect(new Set(blocks).size).toBe(3)
    expect(own.kernel.participantRepair(own.participant, 0, 1)).toBe(1)
    expect(blocks.map(() => own.allocate(16_384)).toSorted()).toEqual(blocks.toSorted())
  })

  test('closes either side by its flag', () => {
    const own = arena({ execution })
    const object = slotQueue(own, { capacity: 1, slotBytes: 8 })
    own.kernel.objectClose(object, CLOSED_BY_RECEIVERS)
    own.kernel.objectClose(object, CLOSED_BY_SENDERS)
    expect(words.load(own, object + STATE)).toBe(CLOSED_BY_RECEIVERS | CLOSED_BY_SENDERS)
  })
})

describe('misuse', () => {
  const own = arena()

  test.each<[string, () => unknown, RegExp]>([
    [
      'maxBytes too small',
      () => arena({ maxBytes: 1000 }),
      /^maxBytes: must be an integer from 65536 to 2147418112, got 1000$/,
    ],
    ['maxBytes NaN', () => arena({ maxBytes: Number.NaN }), /^maxBytes: .* got NaN$/],
    ['participants 0', () => arena({ participants: 0 }), /^participants: must be an integer from 1 to 1024, got 0$/],
    [
      'no such execution',
      () => arena({ execution: 'native' as 'wasm' }),
      /^execution: must be 'wasm' or 'javascript', got native$/,
    ],
    [
      'another memory',
      () => attachArena(new SharedArrayBuffer(65_536)),
      /^memory: must be the memory of an arena, got another memory$/,
    ],
    ['no memory', () => attachArena(7 as never), /^memory: must be the memory of an arena, got 7$/],
    ['bytes −1', () => own.allocate(-1), /^bytes: must be an integer from 0, got -1$/],
    [
      'capacity 0',
      () => slotQueue(own, { capacity: 0, slotBytes: 8 }),
      /^capacity: must be an integer from 1 to 67108864, got 0$/,
    ],
    [
      'slotBytes 12',
      () => slotQueue(own, { capacity: 1, slotBytes: 12 }),
      /^slotBytes: must be a multiple of 8, got 12$/,
    ],
    [
      'step above capacity',
      () => lazyRing(own, { capacity: 2, slotBytes: 4, step: 3 }),
      /^step: must be an integer from 1 to 2, got 3$/,
    ],
    ['blocks 3', () => recordRing(own, { blocks: 3, maxBytes: 1 }), /^blocks: must be a power of two, got 3$/],
    [
      'a record above half of the ring',
      () => recordRing(own, { blocks: 4, maxBytes: 129 }),
      /^maxBytes: must be an integer from 0 to 128, got 129$/,
    ],
    [
      'fewer blocks than capacity',
      () => slab(own, { capacity: 3, blocks: 2, blockBytes: 8 }),
      /^blocks: must be an integer from 3 to 16777216, got 2$/,
    ],
    ['the calling thread', () => own.declareDead(own.participant), /^participant: 0 is the calling thread$/],
    [
      'a participant that cannot be',
      () => own.declareDead(128),
      /^participant: must be an integer from 0 to 127, got 128$/,
    ],
  ])('%s throws at once and names the option and the value', (_, misuse, message) => {
    expect(misuse).toThrow(message)
  })
})

test('the default arena is one', () => {
  expect(defaultArena()).toBe(defaultArena())
})

test('size classes have whole lines, waste at most a fifth, and number every size once', () => {
  const seen = new Map<number, number>()
  for (let bytes = 0; bytes < 2 ** 22; bytes += bytes < 20_000 ? 1 : 4093) {
    const { index, bytes: size } = sizeClass(bytes)
    expect(size % 128).toBe(0)
    expect(size).toBeGreaterThanOrEqual(bytes)
    if (bytes > 512) expect(size - bytes).toBeLessThan(size / 5 + 128)
    expect(seen.get(index) ?? size).toBe(size)
    seen.set(index, size)
  }
  expect(sizeClass(2 ** 31 - 1).index).toBeLessThan(92)
})
