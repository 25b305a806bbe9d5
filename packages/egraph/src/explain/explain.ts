import type { EGraph } from "../egraph.ts";
import type { Extraction } from "../extract/extraction.ts";
import type { Id } from "../ids.ts";
import type { Syntax } from "../term.ts";
import type { Describe } from "./application.ts";
import { Bridges } from "./bridge.ts";
import { Equations } from "./equations.ts";
import { Explainer } from "./explainer.ts";
import { extractedWay, type Goal } from "./goal.ts";
import { type Alternatives, Links } from "./links.ts";
import type { Proof } from "./proof.ts";
import { Shortcuts } from "./shortcuts.ts";
import { Source } from "./source.ts";
import { TermTable } from "./terms.ts";
import { flatten, write } from "./writing.ts";

/** How to explain. */
export interface ExplainOptions extends Pick<Syntax, "write"> {
  /** Proofs of at most this many steps are one chain without lemmas: 200 when not given. */
  readonly flat?: number;
  /**
   * How hard to look for a short proof: how many links between terms to weigh at most, 100,000 when not given;
   * 0 gives the proof that follows how the graph grew.
   */
  readonly effort?: number;
}

/** What the reasons of unions mean: a {@link Journal}, which also knows what else could be applied, or a function. */
export type Reasons = Describe | (Alternatives & { readonly describe: Describe });

/**
 * Why two ids are equal: a chain of steps from the term that `a` was created with to the term that `b` was
 * created with. Throws when they are not equal, when the graph keeps no proofs, or when what is said of a
 * reason does not fit the union.
 */
export function explain<D>(
  graph: EGraph<D>,
  a: Id,
  b: Id,
  reasons: Reasons,
  options: ExplainOptions = {},
): Proof {
  const source = new Source(graph);
  if (graph.find(a) !== graph.find(b)) throw new Error(`${a} and ${b} are not known to be equal`);
  return prove(source, { kind: "equal", from: a, to: b }, reasons, options);
}

/**
 * How an extracted program came from the original: a chain of steps from the term that `original` was created
 * with to the term that was extracted for its class, its children in the order their e-nodes were given. Throws
 * as {@link explain} does, and as the extraction does for a class that is not part of it.
 */
export function explainExtraction<D>(
  graph: EGraph<D>,
  original: Id,
  extraction: Extraction,
  reasons: Reasons,
  options: ExplainOptions = {},
): Proof {
  const goal = { kind: "extracted", id: original } as const;
  return prove(new Source(graph), goal, reasons, options, extraction);
}

function prove(
  source: Source,
  goal: Goal,
  reasons: Reasons,
  options: ExplainOptions,
  extraction?: Extraction,
): Proof {
  const { effort = 100_000, flat = 200, write: spell } = options;
  const bridges = new Bridges(source);
  const describe = typeof reasons === "function" ? reasons : reasons.describe;
  const equations = new Equations(source, bridges, describe);
  const alternatives = typeof reasons === "function" ? undefined : reasons;
  const links = new Links(source, bridges, equations, alternatives);
  const shortcuts = new Shortcuts(source, equations, links, effort);
  const guide = {
    way: (to: Goal) =>
      to.kind === "extracted"
        ? extractedWay(to.id, extraction as Extraction, source)
        : shortcuts.way(to, to === goal),
  };
  const proof = write(new Explainer(source, new TermTable(source, spell), guide).explain(goal));
  return flatten(proof, flat) ?? proof;
}
