/** An actor that can do more than run. */
export interface ActorOptions<R = unknown> {
  /** What it does: a synchronous function that depends on nothing but the answers of its steps. */
  readonly run: () => R
  /** Explores its death before each of its steps that others can notice, while it is parked, and after the last one; not inside a `region`. It simply never runs on. */
  readonly killable?: boolean | undefined
  /** Runs as an actor of its own once this one died: the recovery. */
  readonly afterDeath?: (() => unknown) | undefined
}

/** A function that is run step by step, or one with options. */
export type ActorLike = (() => unknown) | ActorOptions

/** What the actors returned, by name; `undefined` for one that died. */
export type Results<A extends Readonly<Record<string, ActorLike>>> = {
  readonly [K in keyof A]: ResultOf<A[K]>
}

type ResultOf<L> = L extends () => infer R ? R : L extends { readonly run: () => infer R } ? R | undefined : never

/** How a run ended, for the claim. */
export interface End<A extends Readonly<Record<string, ActorLike>> = Readonly<Record<string, ActorLike>>, S = unknown> {
  /** What the actors returned, by name; `undefined` for one that died. */
  readonly results: Results<A>
  /** The names of those who died. */
  readonly died: readonly (keyof A & string)[]
  /** What the recoveries returned, by the name of the one who died. */
  readonly recovered: { readonly [K in keyof A]?: unknown }
  /** What `setup` returned, as the steps left it. */
  readonly state: S
}

/** What to explore. */
export interface ExploreOptions<A extends Readonly<Record<string, ActorLike>>, S> {
  /** One to 26 actors by name, recoveries included. */
  readonly actors: A
  /** The memory they share, if they share one. It is cleared before `setup`. */
  readonly memory?: SharedMemory | undefined
  /** Prepares a run: writes the memory, and returns the state that steps of the host act on. It must do the same each time. */
  readonly setup?: (() => S) | undefined
  /** The claim about the end of a run. It is broken if this throws or returns `false`. It is not called for runs that end in a state already seen. */
  readonly check?: ((end: End<A, S>) => unknown) | undefined
  /** Only schedules that take the turn from an actor that could go on at most so many times. Without it: every schedule. */
  readonly preemptions?: number | undefined
  /** `false` tries every order of every step, one schedule at a time. For comparison; `true` if not given. */
  readonly reduce?: boolean | undefined
  /** Stops after so many runs, those that were cut included. The report then says that it is not complete. Without it: goes on to the end. */
  readonly maxRuns?: number | undefined
  /** The most steps of one actor in one run; more count as a livelock. 10,000 if not given. */
  readonly maxSteps?: number | undefined
  /** How many rounds of a loop that only reads are tried in every order before the actor is held until it would read something else; from 2 to 60, 5 if not given. Each actor that waits so multiplies the states by as much; `pause()` saves it. */
  readonly rounds?: number | undefined
}

/** What was explored, when no claim broke. */
export interface Report {
  /** How many schedules were proven, counted as orders of the steps that touch shared places. Exact up to 2 ** 53. */
  readonly schedules: number
  /** Whether those are all of them, within `preemptions`. */
  readonly complete: boolean
  /** How many runs went to the end; each schedule is equivalent to one of them. */
  readonly runs: number
  /** How many different states the runs went through. */
  readonly states: number
  /** How many steps were taken. */
  readonly steps: number
  /** How many times a run was cut because it came to a state from which everything was known. */
  readonly pruned: number
  /** How many times an actor was held because it repeated a loop that only reads. If above 0, loops that count their rounds past `rounds` were not tried in every order. */
  readonly held: number
  /** The time it took, in milliseconds. */
  readonly ms: number
  /** All of this in one line. */
  readonly summary: string
}

/** What a step of the host touches, by names of its own choice. */
export interface Access {
  /** What its answer depends on. */
  readonly reads?: readonly string[] | undefined
  /** What it changes. */
  readonly writes?: readonly string[] | undefined
}

/** How large a memory is, and what its addresses are called. */
export interface SharedMemoryOptions {
  /** A multiple of 8 from 8 to 2 ** 24. */
  readonly bytes: number
  /** Names for the story, by address. An address up to 60 bytes past a named one shows as `name+4`, others as `@132`. */
  readonly names?: Readonly<Record<number, string>> | ((ptr: number) => string | undefined) | undefined
}

/** A word of 32 bits is an integer from -2 ** 31; other numbers are wrapped to it. Addresses and offsets are in bytes. */
export interface SharedMemory {
  /** Plain load of a word. */
  readonly load: (ptr: number, offset?: number) => number
  /** Plain store of a word. */
  readonly store: (ptr: number, value: number, offset?: number) => void
  /** The atomic operations. */
  readonly atomic: AtomicOperations
  /** The bulk operations: a step per word. */
  readonly memory: {
    readonly copy: (target: number, source: number, lengthBytes: number) => void
    readonly fill: (target: number, value: number, lengthBytes: number) => void
  }
  /** The operations on two adjacent words at an address that is a multiple of 8. */
  readonly pair: {
    /** Exchanges both words, in one step, if both are as expected; answers whether it did. */
    readonly cmpxchg: (ptr: number, low: number, high: number, newLow: number, newHigh: number) => boolean
  }
  /** Parks the actor if the word has the expected value; answers `'ok'` once woken. With `mayTimeOut`, a parked actor may also go on by itself, at any moment. */
  readonly wait: (ptr: number, expected: number, mayTimeOut?: boolean) => 'ok' | 'not-equal' | 'timed-out'
  /** Wakes at most `count` actors parked at the word (all, if not given), first those who parked first; answers how many. */
  readonly notify: (ptr: number, count?: number) => number
}

/** Sequentially consistent operations on one word. All but `load` and `store` answer the old value. */
export interface AtomicOperations {
  /** Answers the value. */
  readonly load: (ptr: number, offset?: number) => number
  /** Sets the value. */
  readonly store: (ptr: number, value: number, offset?: number) => void
  /** Adds, wrapping. */
  readonly add: (ptr: number, value: number, offset?: number) => number
  /** Subtracts, wrapping. */
  readonly sub: (ptr: number, value: number, offset?: number) => number
  /** Keeps the bits that are in both. */
  readonly and: (ptr: number, value: number, offset?: number) => number
  /** Keeps the bits that are in either. */
  readonly or: (ptr: number, value: number, offset?: number) => number
  /** Sets the value. */
  readonly xchg: (ptr: number, value: number, offset?: number) => number
  /** Sets the value if it is as expected. */
  readonly cmpxchg: (ptr: number, expected: number, value: number, offset?: number) => number
  /** As `wait` of the memory; answers 0 when woken, 1 if the value differs. */
  readonly wait: (ptr: number, expected: number) => number
  /** As `notify` of the memory. */
  readonly notify: (ptr: number, count?: number) => number
}
