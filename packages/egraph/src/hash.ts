/** Mixes one word into a running hash (the round of MurmurHash3, Appleby 2011). */
export function mix(hash: number, word: number): number {
  let k = Math.imul(word, 0xcc9e2d51);
  k = (k << 15) | (k >>> 17);
  const h = hash ^ Math.imul(k, 0x1b873593);
  return (Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) | 0;
}

/** Spreads a hash over all its bits (the finaliser of MurmurHash3). */
export function finish(hash: number): number {
  let h = hash ^ (hash >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** Hash of an e-node with `arity` children that begin at `children[from]`. */
export function hashNode(
  op: number,
  arg: number,
  children: Int32Array,
  from: number,
  arity: number,
): number {
  let h = mix(mix(arity, op), arg);
  for (let i = 0; i < arity; i++) h = mix(h, children[from + i] as number);
  return finish(h);
}
