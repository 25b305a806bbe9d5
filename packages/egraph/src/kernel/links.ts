/** Children and the parent links that belong to them, by number. */
import {
  ARGUMENT,
  CHILD,
  EXTENSION,
  LINK,
  LINK_STRIDE,
  LINKS,
  RECORD,
  STRIDE,
  SYMBOL,
} from "./layout.ts";
import { get } from "./memory.ts";

/** Where a child stands in the column of records. */
export function childAt(link: number): number {
  return (link >> 1) * STRIDE + CHILD + (link & 1);
}

/** Where the link after it stands in the column of links. */
export function nextAt(link: number): number {
  return (link >> 1) * LINK_STRIDE + LINK + (link & 1);
}

/** The class that is the child of a link, as it was last canonicalised. */
export function childOf(link: number): number {
  return get(get(RECORD) + childAt(link));
}

/** The link after it in its list, or -1. */
export function nextOf(link: number): number {
  return get(get(LINKS) + nextAt(link));
}

/** The e-node whose child it is. */
export function ownerOf(link: number): number {
  const record = get(RECORD) + (link >> 1) * STRIDE;
  return get(record + SYMBOL) === EXTENSION ? get(record + ARGUMENT) : link >> 1;
}
