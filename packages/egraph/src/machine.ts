import type { EGraph } from "./egraph.ts";
import type { Matches } from "./matches.ts";
import * as Step from "./plan.ts";

/** Counts the steps of a machine. */
export interface Meter {
  steps: number;
}

/** Steps between two questions whether to stop. */
const PATIENCE = 4096;

/**
 * Runs a plan over the arrays of a clean graph: one loop, no allocation but the growth of `out`.
 * Returns the number of matches appended.
 */
export function execute(
  graph: EGraph<unknown>,
  plan: Step.Plan,
  registers: Int32Array,
  out: Matches,
  limit: number,
  stop: (() => boolean) | undefined,
  meter: Meter,
): number {
  const { code, guards, orders } = plan;
  const at = graph.store.at.data;
  const words = graph.store.words.data;
  const given = graph.store.given.data;
  const root = graph.sets.parent.data;
  const ids = graph.sets.parent.length;
  const member = graph.members.next.data;
  const { head, node: linkNode, next: linkNext } = graph.links;
  const heads = head.data;
  const nodes = linkNode.data;
  const nexts = linkNext.data;
  const { items, counts } = graph.lists;
  // Where each generator stands, by its place in the code.
  const cursor = new Int32Array(code.length / Step.STEP);
  const start = out.count;
  let patience = PATIENCE;
  let resuming = false;
  let pc = 0;
  if (limit <= 0) return 0;

  while (pc >= 0) {
    if (--patience === 0) {
      patience = PATIENCE;
      meter.steps += PATIENCE;
      if (stop?.()) break;
    }
    const a = code[pc + 1] as number;
    const b = code[pc + 2] as number;
    let ok = false;
    switch (code[pc]) {
      case Step.SCAN: {
        const place = pc / Step.STEP;
        const list = items[a] as Int32Array;
        const count = counts[a] as number;
        let i = resuming ? (cursor[place] as number) : 0;
        while (i < count) {
          const node = list[i++] as number;
          if (words[at[node] as number] !== a) continue;
          registers[b] = node;
          ok = true;
          break;
        }
        cursor[place] = i;
        break;
      }
      case Step.CLASSES: {
        let id: number = resuming ? (registers[a] as number) + 1 : 0;
        while (id < ids && root[id] !== id) id++;
        registers[a] = id;
        ok = id < ids;
        break;
      }
      case Step.MEMBERS: {
        const first = registers[a] as number;
        const op = code[pc + 3];
        let node = resuming ? (member[registers[b] as number] as number) : first;
        // Back at the first member: the circle is closed.
        if (resuming && node === first) break;
        do {
          if (words[at[node] as number] === op) {
            registers[b] = node;
            ok = true;
            break;
          }
          node = member[node] as number;
        } while (node !== first);
        break;
      }
      case Step.PARENTS: {
        const place = pc / Step.STEP;
        const child = registers[a] as number;
        const op = code[pc + 3];
        let link = resuming ? (nexts[cursor[place] as number] as number) : (heads[child] as number);
        while (link >= 0) {
          const node = nodes[link] as number;
          if (words[at[node] as number] === op) {
            if (isFirstLink(at, given, root, node, link, child)) {
              registers[b] = node;
              cursor[place] = link;
              ok = true;
              break;
            }
          }
          link = nexts[link] as number;
        }
        break;
      }
      case Step.ORDERS: {
        const count = code[pc + 3] as number;
        const from = (at[registers[a] as number] as number) + 2;
        let order = resuming ? (registers[b] as number) + count : (code[pc + 4] as number);
        const end = (code[pc + 4] as number) + factorial(count) * count;
        for (; order < end; order += count) {
          if (!isNewOrder(words, from, orders, order, count)) continue;
          registers[b] = order;
          ok = true;
          break;
        }
        break;
      }
      case Step.ARITY: {
        const node = registers[a] as number;
        ok = (at[node + 1] as number) - (at[node] as number) === b + 2;
        break;
      }
      case Step.MIN_ARITY: {
        const node = registers[a] as number;
        ok = (at[node + 1] as number) - (at[node] as number) >= b + 2;
        break;
      }
      case Step.ARG:
        ok = words[(at[registers[a] as number] as number) + 1] === b;
        break;
      case Step.LOAD_ARG:
        registers[b] = words[(at[registers[a] as number] as number) + 1] as number;
        ok = true;
        break;
      case Step.SAME_ARG:
        ok = words[(at[registers[a] as number] as number) + 1] === registers[b];
        break;
      case Step.CHILD:
      case Step.SAME_CHILD: {
        const node = registers[a] as number;
        const order = code[pc + 4] as number;
        let place = b;
        if (order >= 0) place = orders[(registers[order] as number) + b] as number;
        const child =
          words[place < 0 ? (at[node + 1] as number) + place : (at[node] as number) + 2 + place];
        const register = code[pc + 3] as number;
        if (code[pc] === Step.CHILD) {
          registers[register] = child as number;
          ok = true;
        } else ok = registers[register] === child;
        break;
      }
      case Step.CLASS:
        registers[b] = root[registers[a] as number] as number;
        ok = true;
        break;
      case Step.SAME_CLASS:
        ok = root[registers[a] as number] === registers[b];
        break;
      case Step.COPY:
        registers[b] = registers[a] as number;
        ok = true;
        break;
      case Step.SAME:
        ok = registers[a] === registers[b];
        break;
      case Step.DIFFER:
        ok = registers[a] !== registers[b];
        break;
      case Step.BEFORE:
        ok = (registers[a] as number) < (registers[b] as number);
        break;
      case Step.GUARD:
        ok = guards[a]?.test(registers, 0) === true;
        break;
      case Step.YIELD:
        out.push(registers);
        if (out.count - start >= limit) return out.count - start;
        break;
    }
    resuming = !ok;
    pc = ok ? pc + Step.STEP : (code[pc + 5] as number);
  }
  meter.steps += PATIENCE - patience;
  return out.count - start;
}

/**
 * Whether a link is the first of those that a node has to a class: a node that has it as a child twice
 * is its parent once.
 */
export function isFirstLink(
  at: Int32Array,
  given: Int32Array,
  root: Int32Array,
  node: number,
  link: number,
  child: number,
): boolean {
  let slot = (at[node] as number) - 2 * node;
  while (slot < link && find(root, given[slot] as number) !== child) slot++;
  return slot === link;
}

function find(root: Int32Array, id: number): number {
  let x = id;
  while (root[x] !== x) x = root[x] as number;
  return x;
}

/** n! */
export function factorial(n: number): number {
  return n < 2 ? 1 : n * factorial(n - 1);
}

/** Whether an order puts equal children in ascending place: of the orders that look the same, one does. */
export function isNewOrder(
  words: Int32Array,
  from: number,
  orders: Int32Array,
  order: number,
  count: number,
): boolean {
  for (let i = 0; i < count; i++)
    for (let j = i + 1; j < count; j++) {
      const [p, q] = [orders[order + i] as number, orders[order + j] as number];
      if (p > q && words[from + p] === words[from + q]) return false;
    }
  return true;
}
