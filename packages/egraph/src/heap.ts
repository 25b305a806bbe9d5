import { EGraphError } from "./error.ts";
import type { Host } from "./kernel/host.ts";
import * as script from "./kernel/index.ts";
import * as L from "./kernel/layout.ts";
import { enter } from "./kernel/memory.ts";
import { instantiate, type Memory } from "./wasm.ts";

/** The kernel's functions, in either form. */
export type Kernel = typeof script;

/** Columns and the words they have room for at first. */
const INITIAL: readonly (readonly [column: number, words: number])[] = [
  [L.SYMBOLS, 16 * L.SYMBOL_STRIDE],
  [L.SCRATCH, 8 * L.BLOCK],
  [L.ROWS, 512],
  [L.MEMBERS, 32],
  [L.CODE, 256],
  [L.REPAIR, 32],
  [L.MERGED, 16],
  [L.JOINED, 0],
  [L.TOUCHED, 16],
  [L.DIRTY, 0],
  [L.DIRTY_BITS, 0],
  [L.TRAIL, 0],
  [L.EQUATIONS, 0],
  [L.GIVEN, 0],
  [L.GIVENS, 0],
  [L.LIST, 4 * L.CHUNK],
  [L.TABLE, 256],
  [L.LINKS, 64 * L.LINK_STRIDE],
  [L.RECORD, 64 * L.STRIDE],
];

/** Where a column moves. */
interface Place {
  readonly column: number;
  readonly from: number;
  readonly to: number;
  readonly length: number;
  readonly capacity: number;
}

const PAGE = 1 << 16;
/** Words that can be addressed. */
const MOST = 1 << 29;

/**
 * The memory of a graph: a header and columns, laid out one after another and laid out anew when one of them
 * is full. At first it is a plain array, worked on by the kernel in TypeScript; once it has to grow it is the memory
 * of a WebAssembly instance of the same kernel, where there is WebAssembly.
 *
 * Hot loops read `words` directly. It is replaced when the memory grows, so no reference to it may be kept
 * across a call that may grow it.
 */
export class Heap implements Host {
  words: Int32Array;
  /** Counts how often the table was made anew. */
  generation = 0;
  private memory: Memory | undefined;
  private compiled: Kernel | undefined;
  private readonly check: (index: number, registers: number) => boolean;
  private readonly wasm: boolean;

  /** `check` tests a guard on the registers at an address of `words`. */
  constructor(check: (index: number, registers: number) => boolean, wasm: boolean) {
    this.check = check;
    this.wasm = wasm;
    const total = INITIAL.reduce((sum, [, words]) => sum + words, L.HEADER);
    this.words = new Int32Array(total);
    let base = L.HEADER;
    for (const [column, capacity] of INITIAL) {
      this.words[column] = base;
      this.words[column + 2] = capacity;
      base += capacity;
    }
    // As much as rebuilding asks for; the rest is reserved for actions.
    this.words[L.SCRATCH + 1] = (L.BUILT + 1) * L.BLOCK;
    this.words[L.TABLE + 1] = this.words[L.TABLE + 2] as number;
  }

  /** The kernel, at work on this memory until another graph's is asked for. */
  get kernel(): Kernel {
    if (this.compiled) return this.compiled;
    enter(this.words, this);
    return script;
  }

  /** Words in use of a column. */
  length(column: number): number {
    return this.words[column + 1] as number;
  }

  /** Sets how many words of a column are in use. */
  resize(column: number, length: number): void {
    this.words[column + 1] = length;
  }

  /** Makes sure of room for `more` words in a column. */
  ensure(column: number, more: number): void {
    const { words } = this;
    if ((words[column + 1] as number) + more > (words[column + 2] as number))
      this.grow(column, more);
  }

  /** Appends words to a column; returns where they begin, relative to it. */
  append(column: number, items: ArrayLike<number>): number {
    this.ensure(column, items.length);
    const { words } = this;
    const at = words[column + 1] as number;
    words.set(items, (words[column] as number) + at);
    words[column + 1] = at + items.length;
    return at;
  }

  /** The words in use of a column; valid until the memory grows. */
  column(column: number): Int32Array {
    const base = this.words[column] as number;
    return this.words.subarray(base, base + this.length(column));
  }

  guard(index: number, registers: number): boolean {
    return this.check(index, registers);
  }

  grow(column: number, more: number): void {
    if (column === L.TABLE) this.growTable();
    else if (column === L.GIVENS) this.growGivens();
    else this.layOut(column, this.length(column) + more);
    // The kernel that asked may be the one in TypeScript even if the next to run is the other.
    enter(this.words, this);
  }

  private growTable(): void {
    let capacity = this.length(L.TABLE);
    // What is stale vanishes; so the table need not always become larger. Hidden e-nodes are in it, too.
    const live = this.countLive();
    while (live * 5 >= capacity * 2) capacity *= 2;
    this.layOut(L.TABLE, capacity);
    this.resize(L.TABLE, capacity);
    this.column(L.TABLE).fill(0);
    this.generation++;
  }

  /** How many e-nodes are alive, hidden ones included. */
  private countLive(): number {
    const records = this.column(L.RECORD);
    let live = 0;
    for (let at = L.SYMBOL; at < records.length; at += L.STRIDE)
      if ((records[at] as number) >= 0) live++;
    return live;
  }

  /** Makes the table anew from the live e-nodes. */
  refill(): void {
    this.column(L.TABLE).fill(0);
    this.kernel.refill();
  }

  private growGivens(): void {
    const capacity = Math.max(256, this.length(L.GIVENS) * 2);
    this.layOut(L.GIVENS, capacity);
    this.resize(L.GIVENS, capacity);
    this.column(L.GIVENS).fill(0);
  }

  /** Lays the columns out anew, with room for `need` words in one of them and for more in those that are nearly full. */
  private layOut(column: number, need: number): void {
    const { words } = this;
    const plan: Place[] = [];
    let base = L.HEADER;
    for (const [c] of INITIAL) {
      const length = words[c + 1] as number;
      let capacity = words[c + 2] as number;
      const isTable = c === L.TABLE || c === L.GIVENS;
      if (c === column) capacity = Math.max(capacity, isTable ? need : spacious(need));
      else if (!isTable && length * 4 > capacity * 3)
        capacity = Math.max(capacity, spacious(length));
      if (c === L.RECORD) capacity = Math.min(capacity, L.MAX_NODES * L.STRIDE);
      plan.push({ column: c, from: words[c] as number, to: base, length, capacity });
      base += capacity;
    }
    if (column === L.RECORD) this.checkNumbers(need);
    if (base > MOST) throw this.noRoom(base);
    this.move(plan, base);
    // Only now: where there was no room, everything is as it was.
    for (const { column: c, to, capacity } of plan) {
      this.words[c] = to;
      this.words[c + 2] = capacity;
    }
  }

  private noRoom(total: number): EGraphError {
    return new EGraphError(
      "memory",
      `there is no room for the ${total * 4} bytes that an e-graph of ${this.words[L.NODES]} e-nodes needs; set a lower limit on its nodes`,
    );
  }

  private checkNumbers(need: number): void {
    if (need > L.MAX_NODES * L.STRIDE)
      throw new EGraphError(
        "nodes",
        `an e-graph numbers at most ${L.MAX_NODES} e-nodes, counted as created; set a lower limit on them`,
      );
  }

  private move(plan: readonly Place[], total: number): void {
    const old = this.words;
    if (!this.memory && this.wasm) {
      const instance = instantiate(Math.ceil((total * 4) / PAGE), this);
      if (instance) {
        this.memory = instance.memory;
        this.compiled = instance.kernel;
        this.words = new Int32Array(instance.memory.buffer);
      }
    } else if (this.memory) {
      const pages = Math.ceil((total * 4) / PAGE) - this.memory.buffer.byteLength / PAGE;
      if (pages > 0) {
        try {
          this.memory.grow(pages);
        } catch (error) {
          throw error instanceof RangeError ? this.noRoom(total) : error;
        }
        this.words = new Int32Array(this.memory.buffer);
      }
      // No column moves down, so the last is moved first.
      for (const { from, to, length } of plan.toReversed())
        if (from !== to) this.words.copyWithin(to, from, from + length);
      return;
    }
    if (this.words === old) this.words = new Int32Array(total);
    this.words.set(old.subarray(0, L.HEADER));
    for (const { from, to, length } of plan)
      if (length > 0) this.words.set(old.subarray(from, from + length), to);
  }

  /** Takes over a copy of another memory. */
  copy(other: Heap): void {
    this.words = other.words.slice();
    this.generation = 0;
    if (other.memory) {
      const instance = instantiate(Math.ceil(this.words.byteLength / PAGE), this);
      if (!instance) return;
      this.memory = instance.memory;
      this.compiled = instance.kernel;
      const words = new Int32Array(instance.memory.buffer);
      words.set(this.words);
      this.words = words;
    }
  }

  /** Bytes held. */
  get bytes(): number {
    return this.words.byteLength;
  }
}

/** Room for some words and for more to come: as many while they are few, a quarter when they are very many. */
function spacious(words: number): number {
  return words + Math.max(32, words >> (words > 1 << 20 ? 2 : words > 1 << 16 ? 1 : 0));
}
