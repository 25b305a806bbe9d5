import type { Root, Rule, Spread } from "@rewright/dsl";
import { bucket, OPERATOR_WIDTH, operatorCode } from "./operator-code.ts";

/** How many numbers stand for a rule's tags. */
const TAG_WIDTH = 8;

const LEFT = 0;
const RIGHT = LEFT + OPERATOR_WIDTH;
const SIZES = RIGHT + OPERATOR_WIDTH;
const KIND = SIZES + 3;
const TAGS = KIND + 4;
const MATCHES = TAGS + TAG_WIDTH;

/**
 * How many numbers stand for a move. With w = `OPERATOR_WIDTH`, in this order:
 *
 * - w for the left side: for each application in it, 1/4 at the places of its operator's code
 * - w for the right side, likewise
 * - the number of applications of the left side and of the right side, each over 8, and the second less the first
 * - whether the rule is growing; whether it is inexact; whether it subsumes what it matches; how many roots it has beyond the first, over 4
 * - 8 for its tags: 1 at the hash of each
 * - log2(1 + n) / 10 for the number n of its matches, of the first 256 at most, then for the number of those that touch the program
 * - whether it is a move of one match
 */
export const MOVE_WIDTH: number = MATCHES + 3;

const known = new WeakMap<Rule, Float32Array>();

/** What a move is besides its rule. */
interface Extent {
  /** How many matches it has. */
  readonly matches: number;
  /** Of these, how many touch the program. */
  readonly inside: number;
  readonly single: boolean;
}

/** Writes the features of a move of `rule` at `at`. */
export function describeMove(into: Float32Array, at: number, rule: Rule, extent: Extent): void {
  const features = known.get(rule) ?? describeRule(rule);
  known.set(rule, features);
  into.set(features, at);
  into[at + MATCHES] = Math.log2(1 + extent.matches) / 10;
  into[at + MATCHES + 1] = Math.log2(1 + extent.inside) / 10;
  into[at + MATCHES + 2] = extent.single ? 1 : 0;
}

function describeRule(rule: Rule): Float32Array {
  const features = new Float32Array(MATCHES);
  const left = count(rule.left, features, LEFT);
  const right = count(rule.right, features, RIGHT);
  features[SIZES] = left / 8;
  features[SIZES + 1] = right / 8;
  features[SIZES + 2] = (right - left) / 8;
  features[KIND] = rule.growing ? 1 : 0;
  features[KIND + 1] = rule.lossy > 0 ? 1 : 0;
  features[KIND + 2] = rule.subsume ? 1 : 0;
  features[KIND + 3] = (rule.left.length - 1) / 4;
  for (const tag of rule.tags) features[TAGS + bucket(tag, TAG_WIDTH)] = 1;
  return features;
}

/** Notes the operators of a side from `offset` on. Returns how many applications it has, those of a list once. */
function count(terms: readonly (Root | Spread)[], features: Float32Array, offset: number): number {
  let size = 0;
  for (const term of terms) {
    if (term.kind === "spread") size += count([term.element], features, offset);
    else if (term.kind === "result" || term.kind === "results")
      size += count([term.of], features, offset);
    else if (term.kind === "apply") {
      for (const place of operatorCode(term.name))
        features[offset + place] = (features[offset + place] as number) + 0.25;
      size += 1 + count(term.operands, features, offset);
    }
  }
  return size;
}
