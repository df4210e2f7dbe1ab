import { ARENA_TOP, FREE_LISTS, GENERATION, NEXT_FREE, REFERENCES, SIZE_CLASS } from './layout.ts'

/**
 * Blocks of the arena: bump allocation, and a Treiber stack with a tag for each size class.
 *
 *     free list of a class   ┌───────┬─────┐     ┌──────────────┐     ┌──────────────┐
 *                            │ first │ tag │ ──▶ │ block │ next │ ──▶ │ block │ next │ ──▶ 0
 *                            └───────┴─────┘     └──────────────┘     └──────────────┘
 *
 * INVARIANT  the tag grows whenever a block comes back, so an exchange that looked at one which left and came back fails.
 * INVARIANT  a block of a class stays one: reading `next` of a block that was taken meanwhile reads some word of it, no more.
 * INVARIANT  references > 0 while the block is somebody's; whoever takes them to 0 raises the generation and frees it.
 */

/** Takes a block of a class; its bytes from 16 on are what the last owner left. Answers its address, or 0 if the memory up to `limit` is used up. */
export function blockAllocate(sizeClass: i32, bytes: i32, limit: i32): i32 {
  const list: i32 = FREE_LISTS + (sizeClass << 3)
  while (true) {
    const tag: i32 = atomic.load<i32>(list, 4)
    const first: i32 = atomic.load<i32>(list)
    if (first === 0) break
    if (pair.cmpxchg(list, first, tag, load<i32>(first, NEXT_FREE), tag)) {
      atomic.store<i32>(first, 1, REFERENCES)
      return first
    }
  }
  while (true) {
    const top: i32 = atomic.load<i32>(ARENA_TOP)
    // Compared as free bytes, so that a sum past 2^31 is never formed.
    if (limit - top < bytes) return 0
    if (atomic.cmpxchg<i32>(ARENA_TOP, top, top + bytes) === top) {
      store<i32>(top, sizeClass, SIZE_CLASS)
      store<i32>(top, 1, GENERATION)
      atomic.store<i32>(top, 1, REFERENCES)
      return top
    }
  }
}

/** Counts one more reference, if the block still lives the life of this handle. Answers 1, or 0 if it is gone. */
export function blockRetain(block: i32, generation: i32): i32 {
  while (true) {
    const references: i32 = atomic.load<i32>(block, REFERENCES)
    if (references === 0 || atomic.load<i32>(block, GENERATION) !== generation) return 0
    if (pair.cmpxchg(block, generation, references, generation, references + 1)) return 1
  }
}

/** Gives a reference back; the last one frees the block, and what was read from it before means nothing any more. */
export function blockRelease(block: i32): void {
  if (atomic.sub<i32>(block, 1, REFERENCES) !== 1) return
  // Nobody retains at 0, so the block is ours alone until it is in the list.
  atomic.add<i32>(block, 1, GENERATION)
  const list: i32 = FREE_LISTS + (load<i32>(block, SIZE_CLASS) << 3)
  while (true) {
    const tag: i32 = atomic.load<i32>(list, 4)
    const first: i32 = atomic.load<i32>(list)
    store<i32>(block, first, NEXT_FREE)
    if (pair.cmpxchg(list, first, tag, block, (tag + 1) | 0)) return
  }
}
