/** The version of the protocol that is spoken here. */
export const PROTOCOL_VERSION = 1

/** Where a server is looked for if nothing is said. */
export const DEFAULT_PORT = 7411

/** A frame has at most so many bytes, if nothing is said: a body of 16 MiB, and what goes with it. */
export const DEFAULT_MAX_FRAME_BYTES: number = 2 ** 24 + 2 ** 16

/** Before the greeting nothing is larger: who speaks something else is found out by the first four bytes. */
export const MAX_GREETING_BYTES = 4096

/** A token has at most so many: it has to fit into the greeting. */
export const MAX_TOKEN_BYTES = 1024

/** One `sendMany` has at most so many messages: a tiny one takes more memory than bytes on the wire. */
export const MAX_BATCH = 65_536

/** One `ackMany` has at most so many leases: those of a token that may not do everything are sealed, which takes time to check. */
export const MAX_LEASES = 1024

/** What a management request says has at most so many bytes. */
export const MAX_JSON_BYTES = 65_536

/** A frame of delivered messages is ended at so many bytes, and another one begun. */
export const MESSAGES_FRAME_BYTES: number = 2 ** 20

/** What goes with one message in a frame, besides its body and the texts of its headers, has at most so many bytes. */
export const MESSAGE_FRAME_BYTES: number = 2 ** 13

/** A client takes answers of at least so many bytes a frame. */
export const MIN_ANSWER_BYTES: number = 2 ** 21
