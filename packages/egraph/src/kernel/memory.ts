/**
 * What the kernel stands on: one memory of 32-bit words and what it asks of its host. The kernel is
 * ordinary TypeScript over these few functions; compiled to WebAssembly, they are single instructions
 * (`memory.as`). So there is one kernel, and both of its forms give the same results.
 *
 * Here the memory of one graph at a time is in place: {@link enter} puts it there.
 */
import type { Host } from "./host.ts";

let words: Int32Array = new Int32Array(0);
let host: Host | undefined;

/** Puts the memory of a graph in place. */
export function enter(memory: Int32Array, owner: Host): void {
  words = memory;
  host = owner;
}

/** The word at an address. */
export function get(at: number): number {
  return words[at] as number;
}

/** Sets the word at an address. */
export function put(at: number, value: number): void {
  words[at] = value;
}

/** The low 32 bits of a product. */
export function mul(a: number, b: number): number {
  return Math.imul(a, b);
}

/** Sets words to one value. */
export function fill(at: number, value: number, count: number): void {
  words.fill(value, at, at + count);
}

/** Makes room for `more` words in a column. Every address taken before may be wrong afterwards. */
export function grow(column: number, more: number): void {
  (host as Host).grow(column, more);
}

/** Whether a guard holds for the registers at an address. */
export function guard(index: number, registers: number): boolean {
  const owner = host as Host;
  const holds = owner.guard(index, registers);
  // The guard may have looked at another graph.
  enter(owner.words, owner);
  return holds;
}
