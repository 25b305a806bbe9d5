/** Records of e-nodes. */
import { ensure } from "./column.ts";
import {
  ARGUMENT,
  CHILD,
  HEAD,
  KID,
  KID_STRIDE,
  KIDS,
  LINK,
  MARKED,
  NEXT,
  OPERATORS,
  OWNER,
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

/** Where the children of the node that is to be added are put: a number of words after the scratch begins. */
export function inputAt(): number {
  return get(SCRATCH) + 3 * get(WIDTH);
}

/** Appends the record of a node whose canonical children are the key, alone in its class. */
export function append(symbol: number, argument: number, arity: number, operators: number): number {
  ensure(RECORD, STRIDE);
  ensure(KID, arity * KID_STRIDE);
  if (get(MARKED) !== 0) ensure(TRAIL, 4 * arity + 8);
  const length = get(RECORD + 1);
  const node = length / STRIDE;
  const kids = get(KID + 1);
  const record = get(RECORD) + length;
  put(record + SYMBOL, symbol);
  put(record + ARGUMENT, argument);
  put(record + KIDS, kids / KID_STRIDE);
  put(record + PARENT, node);
  put(record + NEXT, node);
  put(record + HEAD, -1);
  put(record + TAIL, -1);
  put(record + OPERATORS, operators);
  put(RECORD + 1, length + STRIDE);
  const key = get(SCRATCH);
  for (let i = 0; i < arity; i++) {
    const kid = get(KID) + kids + i * KID_STRIDE;
    put(kid + CHILD, get(key + i));
    put(kid + OWNER, node);
    put(kid + LINK, -1);
  }
  put(KID + 1, kids + arity * KID_STRIDE);
  return node;
}
