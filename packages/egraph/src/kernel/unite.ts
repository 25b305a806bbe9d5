/** Uniting classes. */
import { ensure, push, set } from "./column.ts";
import { equate } from "./evidence.ts";
import {
  CLASSES,
  HEAD,
  JOIN_STRIDE,
  JOINED,
  LINK_STRIDE,
  LINKS,
  MARKED,
  MERGED,
  NEXT,
  OPERATORS,
  PARENT,
  PROOFS,
  RECORD,
  REPAIR,
  STRIDE,
  TAIL,
  TOUCHED,
  TRAIL,
  UNIONS,
  WATCHED,
} from "./layout.ts";
import { nextAt } from "./links.ts";
import { get, put } from "./memory.ts";
import { find } from "./union-find.ts";

/** Makes two classes one; returns whether they were two. The older id becomes the root. */
export function unite(a: number, b: number, reason: number): boolean {
  const x = find(a);
  const y = find(b);
  if (x === y) return false;
  if (get(PROOFS) !== 0) equate(a, b, reason);
  ensure(REPAIR, 2);
  ensure(MERGED, 1);
  ensure(TOUCHED, 1);
  if (get(WATCHED) !== 0) ensure(JOINED, JOIN_STRIDE);
  if (get(MARKED) !== 0) ensure(TRAIL, 16);
  const older = x < y ? x * STRIDE : y * STRIDE;
  const younger = x < y ? y * STRIDE : x * STRIDE;
  const records = get(RECORD);
  const head = get(records + younger + HEAD);
  const tail = get(get(LINKS) + (younger / STRIDE) * LINK_STRIDE + TAIL);
  if (get(WATCHED) !== 0) note(older / STRIDE, younger / STRIDE, head, tail);

  set(RECORD, younger + PARENT, older / STRIDE);
  // Exchanging the successors of two members, one of each circle, makes the circles one.
  const after = get(records + older + NEXT);
  set(RECORD, older + NEXT, get(records + younger + NEXT));
  set(RECORD, younger + NEXT, after);
  const operators = get(records + older + OPERATORS);
  const more = operators | get(records + younger + OPERATORS);
  if (more !== operators) set(RECORD, older + OPERATORS, more);
  if (head >= 0) {
    // The younger class keeps its own links as a segment of the list.
    const own = get(records + older + HEAD);
    set(LINKS, nextAt(tail), own);
    set(RECORD, older + HEAD, head);
    if (own < 0) set(LINKS, (older / STRIDE) * LINK_STRIDE + TAIL, tail);
    push(REPAIR, head);
    push(REPAIR, tail);
  }
  push(MERGED, older / STRIDE);
  push(TOUCHED, older / STRIDE);
  put(CLASSES, get(CLASSES) - 1);
  put(UNIONS, get(UNIONS) + 1);
  return true;
}

function note(older: number, younger: number, head: number, tail: number): void {
  push(JOINED, older);
  push(JOINED, younger);
  push(JOINED, head);
  push(JOINED, tail);
  push(JOINED, get(RECORD + 1) / STRIDE);
}
