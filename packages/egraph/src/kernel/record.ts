/** Records of e-nodes. */
import { ensure } from "./column.ts";
import {
  ARGUMENT,
  BLOCK,
  CHILD,
  EXTENSION,
  HEAD,
  LINK,
  LINK_STRIDE,
  LINKS,
  MARKED,
  NEXT,
  OPERATORS,
  PARENT,
  RECORD,
  SCRATCH,
  STRIDE,
  SYMBOL,
  TAIL,
  TRAIL,
  WIDTH,
} from "./layout.ts";
import { get, put } from "./memory.ts";

/** Where the children of the node that is to be added are put. */
export function inputAt(): number {
  return get(SCRATCH) + 3 * get(WIDTH);
}

/** Where a block of the scratch is, see {@link BUILT}. */
export function blockAt(which: number): number {
  return get(SCRATCH) + 4 * get(WIDTH) + which * BLOCK;
}

/** Appends the records of a node whose canonical children are the key, alone in its class. */
export function append(symbol: number, argument: number, arity: number, operators: number): number {
  const records = arity <= 2 ? 1 : (arity + 1) >> 1;
  ensure(RECORD, records * STRIDE);
  ensure(LINKS, records * LINK_STRIDE);
  if (get(MARKED) !== 0) ensure(TRAIL, 4 * arity + 8);
  const node = get(RECORD + 1) / STRIDE;
  const key = get(SCRATCH);
  for (let i = 0; i < records; i++) {
    const id = node + i;
    const record = get(RECORD) + id * STRIDE;
    put(record + SYMBOL, i === 0 ? symbol : EXTENSION);
    put(record + ARGUMENT, i === 0 ? argument : node);
    put(record + CHILD, 2 * i < arity ? get(key + 2 * i) : 0);
    put(record + CHILD + 1, 2 * i + 1 < arity ? get(key + 2 * i + 1) : 0);
    put(record + PARENT, node);
    put(record + NEXT, id);
    put(record + HEAD, -1);
    put(record + OPERATORS, i === 0 ? operators : 0);
    const links = get(LINKS) + id * LINK_STRIDE;
    put(links + LINK, -1);
    put(links + LINK + 1, -1);
    put(links + TAIL, -1);
  }
  put(RECORD + 1, (node + records) * STRIDE);
  put(LINKS + 1, (node + records) * LINK_STRIDE);
  return node;
}
