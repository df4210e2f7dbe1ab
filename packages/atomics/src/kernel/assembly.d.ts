/** What AssemblyScript builds in, as far as the kernel's law allows it, and the three claims the build adds. Functions over one byte-addressed memory. */
declare type i32 = number
declare function load<T>(ptr: i32, offset?: i32): i32
declare function store<T>(ptr: i32, value: i32, offset?: i32): void
declare namespace atomic {
  function load<T>(ptr: i32, offset?: i32): i32
  function store<T>(ptr: i32, value: i32, offset?: i32): void
  function add<T>(ptr: i32, value: i32, offset?: i32): i32
  function sub<T>(ptr: i32, value: i32, offset?: i32): i32
  function or<T>(ptr: i32, value: i32, offset?: i32): i32
  function xchg<T>(ptr: i32, value: i32, offset?: i32): i32
  function cmpxchg<T>(ptr: i32, expected: i32, value: i32, offset?: i32): i32
  function notify(ptr: i32, count: i32): i32
}
declare namespace memory {
  function copy(to: i32, from: i32, bytes: i32): void
}
/** One 64-bit step on two adjacent words; the lower address comes first. */
declare namespace pair {
  function cmpxchg(ptr: i32, low: i32, high: i32, newLow: i32, newHigh: i32): boolean
}
/** Steps that change a shared word and note it in words of the calling thread alone, with no point of death in between. */
declare namespace claim {
  /** Moves tail and state of an object; adds the change of the state to the word at `credits`, unless that is 0. */
  function tail(object: i32, tail: i32, state: i32, newTail: i32, newState: i32, credits: i32): boolean
  /** Moves the head of an object. */
  function head(object: i32, head: i32, newHead: i32): boolean
  /** Adds 1 to a shared word that is still `old`, and to a word of this thread; false if it is not. */
  function one(ptr: i32, old: i32, own: i32): boolean
  /** Adds to a shared word, and the same to a word of this thread; answers the old value of the shared one. */
  function add(ptr: i32, delta: i32, own: i32): i32
}
