/** What the kernel asks of the graph it works for. */
export interface Host {
  /** Its memory. */
  readonly words: Int32Array;
  /** Makes room for `more` words in a column. */
  grow(column: number, more: number): void;
  /** Whether guard `index` holds for the registers at an address. */
  guard(index: number, registers: number): boolean;
}
