import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

/** Chance that repeats: numbers from 0 to below 1, each sequence the same for the same seed and turn. */
export function dice(seed: number, turn = 0): () => number {
  const generator = xoroshiro128plus(Math.imul(seed, 0x9e3779b1) ^ Math.imul(turn + 1, 0x85ebca77));
  return () => uniformFloat64(generator);
}

/** So many different numbers below `bound`, drawn at random; all of them, shuffled, where there are no more. */
export function draw(random: () => number, count: number, bound: number): Int32Array {
  const all = Int32Array.from({ length: bound }, (_, i) => i);
  const drawn = Math.min(count, bound);
  for (let i = 0; i < drawn; i++) {
    const j = i + Math.floor(random() * (bound - i));
    const kept = all[i] as number;
    all[i] = all[j] as number;
    all[j] = kept;
  }
  return all.subarray(0, drawn);
}
