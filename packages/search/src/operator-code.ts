/** How many numbers stand for an operator. */
export const OPERATOR_WIDTH = 48;

/** How many of them are 1. */
const PLACES = 3;

const codes = new Map<string, readonly number[]>();

/**
 * The places of an operator's code, three different ones in [0, `OPERATOR_WIDTH`): hashes of its name, so that an operator that nobody has
 * heard of has a code, too, and hardly two have the same. It does not depend on which other operators there are.
 */
export function operatorCode(name: string): readonly number[] {
  let code = codes.get(name);
  if (code === undefined) {
    const places = new Set<number>();
    for (let i = 0; places.size < PLACES; i++) places.add(bucket(`${i} ${name}`, OPERATOR_WIDTH));
    code = [...places];
    codes.set(name, code);
  }
  return code;
}

/** A number below `width` for a name: its FNV-1a hash (Fowler, Noll and Vo), mixed so that all bits count. */
export function bucket(name: string, width: number): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return ((hash ^ (hash >>> 13)) >>> 0) % width;
}
