/**
 * Where every shared word lies. Offsets in bytes; a word is an i32; a line is 128 bytes, so that no two sides share a cache line.
 *
 * The arena, at address 0 of its memory; hence 0 is no address of an object:
 *
 *     0     magic │ version │ identity (2 words) │ participants P │ most bytes ║ 24: park line of those who watch locks
 *     128   top: the first byte nobody was given
 *     256   free lists, one pair a size class: first block │ tag
 *     1024  participants, a line each
 *           life │ generation │ thread │ first attachment │ scratch │ locked │ in flight: object, side, position, count, home │ parent
 *     1024 + 128 P   blocks
 *
 * An object is a block that begins with these lines; what lies behind them is up to its kind:
 *
 *     0     generation │ references │ next free │ size class ║ kind │ capacity │ mask │ slot bytes │ slots │ table │ … ║ 64: 16 user words
 *     128   tail │ state │ …                      a pair: what a push moves, it moves together
 *     256   head
 *     384   receivers parked │ epoch              384 + 128 = the same of senders
 *     640   senders │ receivers │ sides               endpoints of all threads; which sides ever had one
 *     656   closes awaited │ epoch                    the park line of those who wait for no value and no room
 *     768   attachments, 32 bytes a participant
 *           senders │ receivers │ credits │ linked │ next object │ previous object │ round of a notify
 *     768 + 32 P, rounded up to a line   slots, blocks, stamps
 *
 *     state        30                  29            27 … 0
 *           ┌───────────────────┬─────────────────────┬──────────┐
 *           │ closed by senders │ closed by receivers │ reserved │
 *           └───────────────────┴─────────────────────┴──────────┘
 *
 * INVARIANT  a block begins where it began for ever, and its first two words are only ever generation and references,
 *            so a handle that outlived its object is told by them.
 */

/** The word that says "this is an arena". */
export const MAGIC: i32 = 0x6d696c6c
/** Layout version; both sides of a handle agree on it. */
export const VERSION: i32 = 1

/** Arena header. */
export const ARENA_MAGIC: i32 = 0
/** Layout version of the arena. */
export const ARENA_VERSION: i32 = 4
/** Two random words: the same memory seen through two objects is one arena. */
export const ARENA_IDENTITY: i32 = 8
/** How many participants there may be. */
export const ARENA_PARTICIPANTS: i32 = 16
/** The most bytes the memory may grow to. */
export const ARENA_MOST_BYTES: i32 = 20
/** Park line of those who watch the locks of participants. */
export const ARENA_LOCKS: i32 = 24
/** First byte nobody was given. */
export const ARENA_TOP: i32 = 128
/** Free lists by size class. */
export const FREE_LISTS: i32 = 256
/** Participant records. */
export const PARTICIPANTS: i32 = 1024

/** A participant record: 0 free, 1 alive, 2 + r dying, repaired by participant r. */
export const LIFE: i32 = 0
/** Counts the lives of this record. */
export const LIFE_GENERATION: i32 = 4
/** The thread that registered. */
export const THREAD: i32 = 8
/** First of the objects this participant is attached to. */
export const FIRST_ATTACHMENT: i32 = 12
/** The first of its scratch blocks: one for each copy of this package in the thread. */
export const SCRATCH: i32 = 16
/** Life generation + 1 once the thread of that life holds a lock that ends with it. */
export const LOCKED: i32 = 20
/** The object whose position this thread claimed last; written where a thread can die between claim and publish. */
export const FLIGHT_OBJECT: i32 = 24
/** What it claimed there: `FLIGHT_PUSH` or `FLIGHT_POP`. */
export const FLIGHT_SIDE: i32 = 28
/** The first position claimed. */
export const FLIGHT_POSITION: i32 = 32
/** How many positions. */
export const FLIGHT_COUNT: i32 = 36
/** The object attached to: itself, or the slab of a free queue. */
export const FLIGHT_HOME: i32 = 40
/** The thread that started this one, or the nearest above it that has this package; 0 if none. */
export const PARENT: i32 = 44
/** A push in flight. */
export const FLIGHT_PUSH: i32 = 1
/** A pop in flight. */
export const FLIGHT_POP: i32 = 2

/** Counts the lives of a block. */
export const GENERATION: i32 = 0
/** Participants attached, or the one owner of a plain block. */
export const REFERENCES: i32 = 4
/** Next block of the free list. */
export const NEXT_FREE: i32 = 8
/** Size class of the block. */
export const SIZE_CLASS: i32 = 12
/** The next scratch block of the thread, in a scratch block. */
export const NEXT_SCRATCH: i32 = 16
/** What the object is. */
export const KIND: i32 = 16
/** The most values it holds. */
export const CAPACITY: i32 = 20
/** Slots − 1; slots are a power of two. */
export const MASK: i32 = 24
/** Bytes from slot to slot. */
export const SLOT_BYTES: i32 = 28
/** Address of the first slot. */
export const SLOTS: i32 = 32
/** Address of the slab's owner words, or of the record ring's side table. */
export const TABLE: i32 = 36
/** Address of the slab's free queue: a second set of the lines from 0 to 640, and its slots. */
export const FREE_QUEUE: i32 = 40
/** How many blocks a slab has. */
export const SLAB_BLOCKS: i32 = 44
/** How many blocks of a slab are nobody's, at most. */
export const SLAB_ABANDONED: i32 = 52
/** After how many values a lazy ring publishes. */
export const LAZY_STEP: i32 = 48
/** Sixteen words for the layers above: codec hash, options. */
export const USER: i32 = 64
/** Where the next value goes. */
export const TAIL: i32 = 128
/** Reserved credits and closed flags; forms a pair with the tail. */
export const STATE: i32 = 132
/** The head as producers saw it last. */
export const SEEN_HEAD: i32 = 136
/** A lazy producer's own tail; the published one is `TAIL`. */
export const LAZY_TAIL: i32 = 140
/** Where the next value is taken. */
export const HEAD: i32 = 256
/** A lazy consumer's own head; the published one is `HEAD`. */
export const LAZY_HEAD: i32 = 260
/** The tail as the lazy consumer saw it last. */
export const LAZY_SEEN: i32 = 264
/** Park line of receivers: sticky flag, then epoch. */
export const PARKED_RECEIVERS: i32 = 384
/** Park line of senders. */
export const PARKED_SENDERS: i32 = 512
/** From a parked flag to its epoch. */
export const EPOCH: i32 = 4
/** How many senders all threads have. */
export const SENDERS: i32 = 640
/** How many receivers all threads have. */
export const RECEIVERS: i32 = 644
/** Bit 0: somebody was ever counted a sender, bit 1: a receiver. */
export const SIDES: i32 = 648
/** Park line of those who wait for nothing but the close. */
export const CLOSING: i32 = 656
/** Attachments by participant. */
export const ATTACHMENTS: i32 = 768
/** Bytes of one attachment, as a shift. */
export const ATTACHMENT_SHIFT: i32 = 5
/** Senders of this participant. */
export const OWN_SENDERS: i32 = 0
/** Receivers of this participant. */
export const OWN_RECEIVERS: i32 = 4
/** Credits this participant reserved. */
export const OWN_CREDITS: i32 = 8
/** Whether the participant's list has this object. */
export const LINKED: i32 = 12
/** Next object of the participant's list. */
export const NEXT_OBJECT: i32 = 16
/** Previous object of the participant's list. */
export const PREVIOUS_OBJECT: i32 = 20

/** Flag of the state: the last sender left or closed; what was sent can be taken. */
export const CLOSED_BY_SENDERS: i32 = 0x40000000
/** Flag of the state: the receivers left; nothing is accepted, also not against a credit. */
export const CLOSED_BY_RECEIVERS: i32 = 0x20000000
/** Either flag. */
export const CLOSED: i32 = 0x60000000
/** The bits of the state that count reserved credits. */
export const RESERVED: i32 = 0x0fffffff

/** A slot of 8 bytes has its value here, a larger one the length of its payload. */
export const LENGTH: i32 = 4
/** Payload of a slot larger than 8 bytes. */
export const PAYLOAD: i32 = 8

/** An object of stamped slots. */
export const KIND_SLOTS: i32 = 1
/** A ring of one producer and one consumer that publish lazily. */
export const KIND_LAZY: i32 = 2
/** A ring of records of any length. */
export const KIND_RECORDS: i32 = 3
/** Blocks, each owned by somebody, free or ready. */
export const KIND_SLAB: i32 = 4
/** The free queue inside a slab; its `TABLE` is the slab's, its `FREE_QUEUE` the slab. */
export const KIND_FREE: i32 = 5
/** An object without slots: a semaphore, an event. */
export const KIND_BARE: i32 = 6
/** An object without slots whose state counts wakes and listeners. */
export const KIND_NOTIFY: i32 = 7

/** Answer: nothing now. A push found it full, a pop found it empty. */
export const NONE: i32 = 0
/** Answer: nothing any more. A push found it closed, a pop closed and drained. */
export const ENDED: i32 = -1
/** Answer: another thread is in the middle of what this call waits for; it takes well under a microsecond unless that thread was put to sleep. */
export const BUSY: i32 = -2
/** How often a call looks again at a stamp before it answers that there is nothing to do. */
export const SPINS: i32 = 32
