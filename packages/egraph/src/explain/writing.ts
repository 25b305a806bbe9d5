import type { Derivation } from "./derivation.ts";
import type { Chain, Direction, Proof, ProofStep } from "./proof.ts";

/** Levels below which a derivation becomes a lemma: places are written out, which would take their square of a deep term. */
const DEEP = 256;

/** Writes a derivation down, with what it uses several times, and what lies deep, as lemmas. */
export function write(root: Derivation): Proof {
  const lemmas = new Map<Derivation, number>();
  const chains: Chain[] = [];
  for (const derivation of asides(root)) {
    chains.push(chain(derivation, lemmas));
    lemmas.set(derivation, chains.length - 1);
  }
  return { ...chain(root, lemmas), lemmas: chains };
}

/** The derivations that become lemmas, each after what it uses. */
function asides(root: Derivation): Derivation[] {
  const uses = new Map<Derivation, number>([[root, 0]]);
  const order: Derivation[] = [];
  const todo: { derivation: Derivation; part: number }[] = [{ derivation: root, part: 0 }];
  for (let top = todo.at(-1); top; top = todo.at(-1)) {
    const part = top.derivation.parts[top.part++];
    if (!part) {
      order.push(top.derivation);
      todo.pop();
    } else if (part.kind === "inner") {
      const count = uses.get(part.proof);
      uses.set(part.proof, (count ?? 0) + 1);
      if (count === undefined) todo.push({ derivation: part.proof, part: 0 });
    }
  }
  const heights = new Map<Derivation, number>();
  return order.filter((derivation) => {
    let height = 0;
    for (const part of derivation.parts)
      if (part.kind === "inner") height = Math.max(height, 1 + (heights.get(part.proof) as number));
    const isShared = (uses.get(derivation) as number) > 1 && derivation.length > 1;
    const stands = derivation !== root && (isShared || height >= DEEP);
    heights.set(derivation, stands ? 0 : height);
    return stands;
  });
}

/** A place, from the innermost child upwards: the many on the way to a deep step are never written out. */
type Path = { readonly child: number; readonly above: Path } | undefined;

function placeOf(path: Path): number[] {
  const place: number[] = [];
  for (let at = path; at; at = at.above) place.push(at.child);
  return place.reverse();
}

function chain(root: Derivation, lemmas: ReadonlyMap<Derivation, number>): Chain {
  const steps: ProofStep[] = [];
  const todo: { derivation: Derivation; path: Path; done: number }[] = [
    { derivation: root, path: undefined, done: 0 },
  ];
  for (let top = todo.at(-1); top; top = todo.at(-1)) {
    const { derivation, path } = top;
    const part = derivation.parts[top.done++];
    if (!part) {
      todo.pop();
      continue;
    }
    const { before, after } = part;
    if (part.kind === "commute") {
      steps.push({ kind: "commute", place: placeOf(path), before, after });
      continue;
    }
    if (part.kind === "rule") {
      const direction: Direction = part.forward ? "forward" : "backward";
      steps.push({ kind: "rule", direction, place: placeOf(path), before, after, ...part.note });
      continue;
    }
    const inside: Path = { child: part.child, above: path };
    const lemma = lemmas.get(part.proof);
    if (lemma === undefined) {
      todo.push({ derivation: part.proof, path: inside, done: 0 });
      continue;
    }
    const { start, end } = part.proof;
    const place = placeOf(inside);
    const direction = "forward";
    steps.push({ kind: "lemma", lemma, direction, place, before: start, after: end });
  }
  return { start: root.start, end: root.end, steps };
}

/** The number of steps of a proof written out without lemmas. */
export function proofLength(proof: Proof): number {
  return lengths(proof)[proof.lemmas.length] as number;
}

/** Steps of the lemmas written out, then of the proof. */
function lengths(proof: Proof): number[] {
  const lengths: number[] = [];
  for (const { steps } of [...proof.lemmas, proof]) {
    let length = 0;
    for (const step of steps) length += step.kind === "lemma" ? (lengths[step.lemma] as number) : 1;
    lengths.push(length);
  }
  return lengths;
}

/**
 * The proof as one chain without lemmas, or undefined when that takes more than `limit` steps: it can be
 * exponentially longer.
 */
export function flatten(proof: Proof, limit = 100_000): Proof | undefined {
  if (proof.lemmas.length === 0) return proof;
  if (proofLength(proof) > limit) return undefined;
  const steps: ProofStep[] = [];
  const todo: { chain: Chain; forward: boolean; place: readonly number[]; done: number }[] = [
    { chain: proof, forward: true, place: [], done: 0 },
  ];
  for (let top = todo.at(-1); top; top = todo.at(-1)) {
    const { chain, forward, done } = top;
    if (done === chain.steps.length) {
      todo.pop();
      continue;
    }
    top.done++;
    const at = chain.steps[forward ? done : chain.steps.length - 1 - done] as ProofStep;
    const step = forward ? at : turned(at);
    const place = [...top.place, ...step.place];
    if (step.kind !== "lemma") steps.push({ ...step, place });
    else
      todo.push({
        chain: proof.lemmas[step.lemma] as Chain,
        forward: step.direction === "forward",
        place,
        done: 0,
      });
  }
  return { start: proof.start, end: proof.end, steps, lemmas: [] };
}

function turned(step: ProofStep): ProofStep {
  const swapped = { ...step, before: step.after, after: step.before };
  return swapped.kind === "commute"
    ? swapped
    : { ...swapped, direction: swapped.direction === "forward" ? "backward" : "forward" };
}
