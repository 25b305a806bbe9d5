import type { Heap } from "../heap.ts";
import * as L from "../kernel/layout.ts";
import type { Symbols } from "../symbols.ts";
import { room } from "./room.ts";

/**
 * An e-graph as it was when it was frozen, for searching only: plain data that can be posted to another thread.
 * Threads share its words where there is a SharedArrayBuffer; else each gets a copy.
 */
export interface Snapshot {
  /** A memory of the engine, with the columns that searching reads. */
  readonly words: Int32Array;
  /** The names of operators, by number. */
  readonly operators: readonly string[];
  /** By operator: 1 where the order of the children does not matter. */
  readonly commutative: readonly number[];
}

/** The columns that searching reads. */
export const SEARCHED: readonly number[] = [L.SYMBOLS, L.LIST, L.LINKS, L.RECORD];

/**
 * What has the place of each symbol that the graph had not made when it was frozen: a last one that no e-node has.
 * Its operator is none.
 */
const ABSENT = [-1, 0, 0, 0, -1, -1, 0, 0] as const;

/** Copies what searching needs of a memory. */
export function snapshot(heap: Heap, symbols: Symbols): Snapshot {
  const sizes = SEARCHED.map((column) => heap.length(column));
  const total = sizes.reduce((sum, size) => sum + size, L.HEADER + ABSENT.length);
  const words = new Int32Array(room(total * 4));
  for (const scalar of [L.NODES, L.CLASSES]) words[scalar] = heap.words[scalar] as number;
  let base = L.HEADER;
  for (const [i, column] of SEARCHED.entries()) {
    words[column] = base;
    words.set(heap.column(column), base);
    base += sizes[i] as number;
    if (column === L.SYMBOLS) {
      words.set(ABSENT, base);
      base += ABSENT.length;
    }
    words[column + 1] = base - (words[column] as number);
    words[column + 2] = words[column + 1] as number;
  }
  const numbers = Array.from({ length: symbols.operatorCount }, (_, op) => op);
  return {
    words,
    operators: numbers.map((op) => symbols.operatorName(op)),
    commutative: [...symbols.commutative],
  };
}
