/**
 * The bytes that actors share, with a journal of what changed, so that a run can be taken back to any of its steps.
 *
 * INVARIANT  undoing the journal down to a mark gives the words as they were when the mark was taken.
 */
export class Words {
  readonly i32: Int32Array<ArrayBuffer>
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly #journal: number[] = [] // word, old value, word, old value, …

  constructor(lengthBytes: number) {
    this.i32 = new Int32Array(lengthBytes / 4)
    this.bytes = new Uint8Array(this.i32.buffer)
  }

  get(word: number): number {
    return this.i32[word] as number
  }

  set(word: number, value: number): void {
    const old = this.i32[word] as number
    if (old === value) return
    this.#journal.push(word, old)
    this.i32[word] = value
  }

  /** Forgets how the words came to be as they are. */
  settle(): void {
    this.#journal.length = 0
  }

  get mark(): number {
    return this.#journal.length
  }

  undo(mark: number): void {
    const journal = this.#journal
    for (let at = journal.length - 2; at >= mark; at -= 2) this.i32[journal[at] as number] = journal[at + 1] as number
    journal.length = mark
  }
}
